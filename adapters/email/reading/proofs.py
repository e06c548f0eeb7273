"""What the receiving server found out about the sender: Authentication-Results (RFC 8601)."""

import re

METHODS = ("spf", "dkim", "dmarc")
RESULTS = frozenset(
    ("none", "pass", "fail", "softfail", "neutral", "temperror", "permerror", "policy", "bestguesspass")
)
_RESULT = re.compile(r"\b(spf|dkim|dmarc)(?:/\d+)?\s*=\s*([a-z]+)", re.IGNORECASE)
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")


def read(values: list[bytes], trusted: str = "") -> dict[str, str]:
    """Return `spf`, `dkim`, `dmarc` as far as they are told.

    Anybody can write such a field: only those count that name our own server (`trusted`), or, when that is not known,
    the topmost one.
    """
    told = [_told(value) for value in values[:50]]
    believed = [results for server, results in told if server == trusted.lower()] if trusted else []
    if not trusted and told:
        believed = [told[0][1]]
    found: dict[str, str] = {}
    for results in believed:
        for method, result in results:
            if found.get(method) != "pass" and (method not in found or (method == "dkim" and result == "pass")):
                found[method] = result
    return found


def _told(value: bytes) -> tuple[str, list[tuple[str, str]]]:
    text = value[:20_000].decode("utf-8", "replace")
    for _ in range(5):
        text = _COMMENT.sub(" ", text)
    server, _, rest = text.partition(";")
    results = []
    for clause in rest.split(";"):
        found = _RESULT.match(clause.strip())
        if found and found[2].lower() in RESULTS:
            results.append((found[1].lower(), found[2].lower()))
    return (server.split() or [""])[0].lower().rstrip("."), results
