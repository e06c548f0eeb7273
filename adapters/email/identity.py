"""One mail, one identity, whichever way it came: IMAP, IMAP again after UIDVALIDITY changed, LMTP or HTTP. Pure.

The Message-ID alone is not enough: machines exist that send every mail with the same one, and the second would be taken
for a repeat. The Date field goes with it, as the sender wrote it. Without a Message-ID it is what the person wrote:
From, Date, Subject and the body, since every server on the way adds fields of its own.
"""

import hashlib
import re

HEAD = 1 << 20
LONGEST = 400
_FIELD = re.compile(rb"(?im)^(from|date|subject|message-id)[ \t]*:[ \t]*((?:.*)(?:\n[ \t].*)*)")
_BLANK = re.compile(rb"\r?\n\r?\n")
MARK = "~"


def identity(raw: bytes) -> str:
    """Return what makes this mail itself, up to 512 characters."""
    head, body = _parts(raw)
    fields = _fields(head)
    written = re.sub(rb"\s+", b"", fields.get(b"message-id", b"")).strip(b"<>")
    if not written:
        seen = [fields.get(name, b"") for name in (b"from", b"date", b"subject")]
        digest = hashlib.sha256(b"\0".join([*seen, _level(body)])).hexdigest()
        return f"content:{digest[:40]}"
    id = written.decode("utf-8", "backslashreplace")
    if len(id) > LONGEST:
        id = hashlib.sha256(written).hexdigest()
    return f"{id}{MARK}{hashlib.sha256(fields.get(b'date', b'')).hexdigest()[:8]}"


def message_id_of(provider_id: str) -> str:
    """Return the Message-ID an identity was made of, or "" when it had none."""
    id, mark, _ = provider_id.rpartition(MARK)
    return id if mark and "@" in id else ""


def _parts(raw: bytes) -> tuple[bytes, bytes]:
    raw = raw.lstrip(b"\r\n")
    if raw.startswith((b"From ", b">From ")):  # a line of an mbox, not of the mail
        raw = raw.partition(b"\n")[2]
    gap = _BLANK.search(raw)
    return (raw[: gap.start()], raw[gap.end() :]) if gap else (raw, b"")


def _fields(head: bytes) -> dict[bytes, bytes]:
    """Return the first of each field, white space made one."""
    found: dict[bytes, bytes] = {}
    for name, value in _FIELD.findall(head[:HEAD].replace(b"\r\n", b"\n")):
        found.setdefault(name.lower(), re.sub(rb"\s+", b" ", value).strip())
    return found


def _level(body: bytes) -> bytes:
    """Return the body without what a server may change: line ends, and empty lines at the end."""
    return body.replace(b"\r\n", b"\n").rstrip()
