"""Message-IDs in header fields: with commas, without brackets, twice, broken over lines, rewritten."""

import re

LONGEST = 500
_ID = re.compile(rb"<\s*([^<>]{1,500}?)\s*>|([^\s<>,;\"()]{1,200}@[^\s<>,;\"()]{1,250})")


def ids(value: bytes, limit: int = 200) -> list[str]:
    """Return the ids in a field, in its order, each once, without brackets. Of very many, the last."""
    found: dict[str, None] = {}
    for match in _ID.finditer(value[-limit * LONGEST :]):
        id = re.sub(rb"\([^()]*\)|[\s\x00-\x1f]+", b"", match[1] or match[2] or b"").decode("utf-8", "replace")
        if id and id.lower() not in ("nil", "none", "null", "(nil)"):
            found.pop(id, None)
            found[id] = None
    return list(found)[-limit:]
