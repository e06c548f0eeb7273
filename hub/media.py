"""What a file is, told by its bytes and never by its name. Pure.

Browsers run what they take for a document. So a picture is what starts and reads as one and holds nothing else, and
markup (HTML, SVG, XML) is never a picture, whatever it calls itself.
"""

import re

import filetype

HEAD = 8192
"""How many first bytes decide."""

BINARY = "application/octet-stream"
SHOWN = frozenset(
    {
        "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif",
        "audio/mpeg", "audio/ogg", "audio/mp4", "audio/aac", "audio/x-wav", "audio/x-flac", "audio/webm",
        "video/mp4", "video/webm", "video/ogg",
    }
)  # fmt: skip
"""What a page may show; everything else is offered for download."""

DECODED = frozenset({"audio/amr", "audio/silk"})
"""Voice that no browser plays, and that the hub decodes for it."""
_SILK = re.compile(rb"\x02?#!SILK_V3")

_MARKS = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n", re.DOTALL),
    "image/jpeg": re.compile(rb"\xff\xd8\xff[\xc0-\xfe]", re.DOTALL),
    "image/gif": re.compile(rb"GIF8[79]a", re.DOTALL),
    "image/webp": re.compile(rb"RIFF....WEBPVP8", re.DOTALL),
    "image/avif": re.compile(rb"....ftypavi[fs]", re.DOTALL),
    "image/heic": re.compile(rb"....ftyp(?:heic|heix|hevc|mif1|msf1)", re.DOTALL),
    "image/tiff": re.compile(rb"II\*\0|MM\0\*", re.DOTALL),
    "image/bmp": re.compile(rb"BM........[\s\S]{4}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", re.DOTALL),
}
_ALIASES = {"image/apng": "image/png", "audio/m4a": "audio/mp4", "video/x-m4v": "video/mp4"}
_ALIEN = re.compile(rb"<(?:script|html|svg|iframe|!doctype html)[\s>/]", re.IGNORECASE)
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|script|iframe|style|title|a|b|br|div|font|h1|img|p|table|form|meta|link|object"
    rb"|embed|base|video|audio|input|template|math)[\s>/]",
    re.IGNORECASE,
)
_XML = re.compile(rb"<(?:\?xml|svg|!doctype|!entity|[a-z_][\w.-]*:[a-z_])[\s>/\w]", re.IGNORECASE)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def media_type(head: bytes) -> str:
    """Name the media type of a file that starts with `head` (give the first `HEAD` bytes, or all of a shorter file)."""
    head = head[:HEAD]
    guess = filetype.guess_mime(head)
    found: str | None = _ALIASES.get(guess, guess) if guess else None
    if b"%PDF-" in head[:1024]:
        return "application/pdf" if head.startswith(b"%PDF-") else BINARY
    if found is None:
        return "audio/silk" if _SILK.match(head) else _text(head)
    if found.startswith("image/"):
        return found if _is_picture(found, head) else _text(head)
    if found.startswith(("audio/", "video/")) and _ALIEN.search(head):
        return BINARY
    return found


def shown(type_: str) -> bool:
    """Tell whether a page of ours may show this type instead of offering it for download."""
    return type_ in SHOWN


def _is_picture(type_: str, head: bytes) -> bool:
    mark = _MARKS.get(type_)
    return mark is not None and mark.match(head) is not None and not _ALIEN.search(head)


def _text(head: bytes) -> str:
    """Tell text from bytes, and markup from text."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return BINARY  # UTF-16 hides its tags from every test here
    if _CONTROL.search(head) or not _is_utf8(head):
        return BINARY if not _ALIEN.search(head) else "text/html"
    if _HTML.search(head):
        return "text/html"
    return "application/xml" if _XML.search(head) else "text/plain"


def _is_utf8(head: bytes) -> bool:
    """A character may be cut at the end of the head."""
    for cut in range(4 if len(head) == HEAD else 1):
        try:
            head[: len(head) - cut].decode()
        except UnicodeDecodeError:
            continue
        return True
    return False
