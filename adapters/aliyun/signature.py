"""Aliyun's V3 signature, ACS3-HMAC-SHA256: made here, checked there. Pure.

https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"


def headers(
    *, host: str, action: str, version: str, query: Mapping[str, str], body: bytes, at: datetime, nonce: str,
    key: str, secret: str,
) -> dict[str, str]:  # fmt: skip
    """Return the headers that prove a POST to `/`; everything but the proof itself is signed."""
    told = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
        "x-acs-date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    names = ";".join(sorted(told))
    lines = "".join(f"{name}:{told[name]}\n" for name in sorted(told))
    request = f"POST\n/\n{canonical(query)}\n{lines}\n{names}\n{told['x-acs-content-sha256']}"
    asked = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    proof = hmac.new(secret.encode(), asked.encode(), hashlib.sha256).hexdigest()
    return {**told, "authorization": f"{ALGORITHM} Credential={key},SignedHeaders={names},Signature={proof}"}


def canonical(query: Mapping[str, str]) -> str:
    """Return the query as it is signed and sent: sorted, RFC 3986."""
    return "&".join(f"{quote(name, safe='~')}={quote(query[name], safe='~')}" for name in sorted(query))
