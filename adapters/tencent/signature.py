"""Tencent Cloud's signature v3, TC3-HMAC-SHA256: made here, checked there. Pure.

https://cloud.tencent.com/document/api/382/52072
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

ALGORITHM = "TC3-HMAC-SHA256"


def authorization(signed: Mapping[str, str], body: bytes, *, service: str, at: datetime, key: str, secret: str) -> str:
    """Return the value of `Authorization` for a POST to `/`. `signed` are the headers to sign, in lower case."""
    seconds, day = str(int(at.timestamp())), at.astimezone(UTC).strftime("%Y-%m-%d")
    names, scope = ";".join(sorted(signed)), f"{day}/{service}/tc3_request"
    lines = "".join(f"{name}:{signed[name].strip().lower()}\n" for name in sorted(signed))
    request = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    asked = f"{ALGORITHM}\n{seconds}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signing = f"TC3{secret}".encode()
    for word in (day, service, "tc3_request"):
        signing = _hmac(signing, word)
    return f"{ALGORITHM} Credential={key}/{scope}, SignedHeaders={names}, Signature={_hmac(signing, asked).hex()}"


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
