"""Message-IDs in header fields: with commas, without brackets, twice, broken over lines, rewritten."""

import base64
import binascii
import quopri
import re

LONGEST = 500
_ID = re.compile(rb"<\s*([^<>]{1,500}?)\s*>|([^\s<>,;\"()]{1,200}@[^\s<>,;\"()]{1,250})")

_WORD = re.compile(rb"=\?[\w*-]{1,40}\?([qQbB])\?([^?\s]{0,500})\?=(?:[ \t\r\n]+(?==\?))?")


def ids(value: bytes, limit: int = 200) -> list[str]:
    """Return the ids in a field, in its order, each once, without brackets. Of very many, the last."""
    found: dict[str, None] = {}
    for match in _ID.finditer(_WORD.sub(_decoded, value[-limit * LONGEST :])):
        id = re.sub(rb"\([^()]*\)|[\s\x00-\x1f]+", b"", match[1] or match[2] or b"").decode("utf-8", "replace")
        if id and id.lower() not in ("nil", "none", "null", "(nil)"):
            found.pop(id, None)
            found[id] = None
    return list(found)[-limit:]


def _decoded(word: re.Match[bytes]) -> bytes:
    """Undo an encoded-word, which Python's own library makes of an id that does not fit on a line."""
    if word[1] in b"qQ":
        return quopri.decodestring(word[2], header=True)
    try:
        return base64.b64decode(word[2], validate=True)
    except binascii.Error:
        return word[0]
