"""Weibo's proof, in the query: SHA-1 of the secret of the app, a time in milliseconds and a nonce, without the body.

Source: https://open.weibo.com/wiki/Messages_api_start. That a push carries the same parameters as the check of the
address is not in the manual.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

from hub.errors import Unverified

COMPARE = "Compare `app_secret` with Weibo open platform > My apps > App information."


def sign(secret: str, timestamp: str, nonce: str) -> str:
    """Return the signature of one call."""
    proof = "".join(sorted((secret, timestamp, nonce)))
    return hashlib.sha1(proof.encode(), usedforsecurity=False).hexdigest()  # the provider's choice


def check(query: Mapping[str, str], secret: str, *, at: datetime, tolerance: int) -> None:
    """Return quietly for a fresh call signed with `secret`; raises `Unverified`."""
    timestamp, nonce, given = (query.get(name, "") for name in ("timestamp", "nonce", "signature"))
    if not (timestamp and nonce and given):
        raise Unverified("Weibo's signature is missing", hint="Give Weibo this inbox's address, without parameters.")
    if not hmac.compare_digest(sign(secret, timestamp, nonce).encode(), given.encode()):
        raise Unverified("Weibo's signature does not match", hint=COMPARE)
    if not fresh(timestamp, at=at, tolerance=tolerance):
        raise Unverified(
            "The push was signed too long ago or in the future",
            hint="Set this machine's clock, or widen `tolerance_seconds`.",
        )


def fresh(timestamp: str, *, at: datetime, tolerance: int) -> bool:
    """Say whether a time in milliseconds lies within `tolerance` seconds of `at`."""
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 13):
        return False
    signed = datetime.fromtimestamp(int(timestamp) / 1000, tz=UTC)
    return abs((at - signed).total_seconds()) <= tolerance
