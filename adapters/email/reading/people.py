"""Addresses in header fields: RFC 5322 lists, and all that is sent instead of them. No mail is dropped for one."""

import re
from collections.abc import Iterator
from itertools import islice

from adapters.email.reading import charsets, words
from adapters.email.reading.mail import Mailbox

WIDEST = 2000
"""Bytes looked at for each address that is wanted."""
UNCLOSED = 20
"""So many comments without an end, and no more is taken for a comment."""
_TOKEN = re.compile(
    r"""(?P<word>=\?[^?\s]{1,60}\?[bBqQ]\?[^?]{0,5000}\?=)
      | "(?P<quoted>(?:[^"\\]|\\.)*)(?:"|\Z)
      | <(?P<angle>[^<>]*)(?:>|\Z)
      | (?P<stop>[,;])
      | (?P<colon>:)
      | (?P<open>\()
      | (?P<blank>\s+)
      | (?P<atom>[^\s,;:<>"(=]+|.)""",
    re.VERBOSE | re.DOTALL,
)
_ADDRESS = re.compile(
    r"(?:\"[^\"\s]{1,64}\"|[^\s<>,;:\"()\[\]\\]{1,200})@(?:\[[^\]\s]{1,60}\]|[^\s<>,;:\"()\[\]\\@]{1,255})"
)
_BARE = re.compile(r"[^\s<>,;:\"()\[\]\\]{1,200}@[\w.\-\[\]:]{1,255}")
_NOTHING = re.compile(r"[\s<>,;:\"()\[\]\\@.]*")


def read(value: bytes, limit: int, hint: str = "") -> list[Mailbox]:
    """Return who is named in a field, at most `limit`; the time is bounded by what is returned, not by the field."""
    return list(islice(_mailboxes(_text(value[: limit * WIDEST], hint)), limit))


def count(value: bytes) -> int:
    """Return about how many addresses a field names."""
    return value.count(b"@")


def bare(value: bytes) -> str:
    """Return the first address in a field that carries nothing else (Return-Path, Delivered-To), or ""."""
    found = _BARE.search(value[:2000].decode("utf-8", "replace"))
    return _lowered(found[0]) if found else ""


def _text(value: bytes, hint: str) -> str:
    """Decode raw 8-bit text and nothing else: encoded words are decoded when the names are known."""
    return charsets.decode(value, "", hint).text


def _mailboxes(text: str) -> Iterator[Mailbox]:
    pending = ""
    for name, address, comment, bare_words in _entries(text):
        if address is None and "@" not in bare_words:
            pending = f"{pending}{bare_words}, "[:1000] if bare_words.strip() else pending
            continue
        if address is None:
            yield from _without_brackets(bare_words, comment)
        else:
            yield _made(pending + name if name else pending.rstrip(", "), address, comment)
        pending = ""
    if pending.strip(", "):
        yield Mailbox(name=_decoded(pending.strip(", ")))


def _entries(text: str) -> Iterator[tuple[str, str | None, str, str]]:
    """Cut at commas: the name before the brackets, what is in them, the comments, and all words outside comments."""
    name, angle, comment = "", None, ""
    at = unclosed = 0
    while found := _TOKEN.match(text, at):
        at = found.end()
        match found.lastgroup:
            case "open" if unclosed > UNCLOSED:
                continue
            case "stop":
                yield name, angle, comment, name
                name, angle, comment = "", None, ""
            case "angle":
                angle, name = (found["angle"], name) if angle is None or "@" not in angle else (angle, name)
            case "open":
                said, at = _comment(text, at)
                unclosed += at == found.end()
                comment = f"{comment} {said}".strip()
            case "colon":
                name = name + ":" if "@" in name else ""
            case "quoted":
                name += _quoted(found, text)
            case _:
                name += found[0]
    yield name, angle, comment, name


def _quoted(found: re.Match[str], text: str) -> str:
    """A quoted string before an `@` is a local part and keeps its quotes; anywhere else it is a name."""
    if text[found.end() : found.end() + 1] == "@":
        return found[0]
    return re.sub(r"\\(.)", r"\1", found["quoted"])


def _comment(text: str, at: int) -> tuple[str, int]:
    """Read a comment with the comments inside it; one that never ends is none."""
    depth, begin = 1, at
    for found in re.compile(r"\\.|[()]", re.DOTALL).finditer(text, at, at + 2000):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0:
            return text[begin : found.start()], found.end()
    return "", at


def _made(name: str, address: str, comment: str) -> Mailbox:
    shown = _decoded(name) or _decoded(comment)
    route = address.rpartition(":")[2] if address.lstrip().startswith("@") else address
    packed = re.sub(r"\(.*?\)", "", re.sub(r"\s*([@.])\s*", r"\1", route)).strip()
    packed = re.sub(r"^mailto:", "", packed, flags=re.IGNORECASE)
    found = _ADDRESS.search(packed)
    if not found:
        return Mailbox(name=shown or _decoded(packed))
    return Mailbox(name="" if shown.lower() == found[0].lower() else shown, address=_lowered(found[0]))


def _without_brackets(said: str, comment: str) -> Iterator[Mailbox]:
    """Find addresses that stand bare, several perhaps, with words around them."""
    packed = re.sub(r"\s*([@.])\s*(?=\S)", r"\1", said) if " @" in said or "@ " in said or " ." in said else said
    found = list(_ADDRESS.finditer(packed.replace("mailto:", "")))
    if not found:
        yield Mailbox(name=_decoded(said))
        return
    around = _decoded(packed[: found[0].start()].strip(" '\"[")) if len(found) == 1 else ""
    for one in found:
        name = _decoded(comment) or ("" if _NOTHING.fullmatch(around) else around)
        yield Mailbox(name=name if len(found) == 1 else "", address=_lowered(one[0]))


def _lowered(address: str) -> str:
    """Put the domain in lower case, without the dot at its end; the local part is the receiver's affair."""
    local, _, domain = address.strip(" '<>").rpartition("@")
    return f"{local}@{domain.lower().rstrip('.')}"


def _decoded(name: str) -> str:
    """Decode the words of a name and take off quotes that a program put around it."""
    text = words.read(name.strip().encode("utf-8", "replace")).text if "=?" in name else words.one_line(name)
    text = re.sub(r"\s+", " ", text).strip()
    while len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1].strip()
    return text[:200]
