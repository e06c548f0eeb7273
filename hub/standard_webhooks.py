"""Standard Webhooks signatures (https://github.com/standard-webhooks/standard-webhooks): made and checked. Pure.

`webhook-signature` is `v1,` and base64 of HMAC-SHA256 over `webhook-id.webhook-timestamp.body`; several, divided by
spaces, while a secret changes.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

from hub.errors import ChannelBroken, Unverified

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
MARK = "whsec_"
MOST = 8
"""Signatures of one call that are looked at."""


def sign(secret: str, id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers that prove a body."""
    seconds = str(int(at.timestamp()))
    return {ID: id, TIMESTAMP: seconds, SIGNATURE: f"v1,{_proof(secret, f'{id}.{seconds}.'.encode() + body).decode()}"}


def check(
    headers: Mapping[str, str], body: bytes, secrets: Sequence[str], *, at: datetime, tolerance: int,
    late: str = "Set the clock, or `tolerance_seconds`.",
) -> None:  # fmt: skip
    """Return quietly when a secret signed it in time; raises `Unverified`, or `ChannelBroken` without secrets.

    `tolerance` is in seconds; `late` is the hint for a time outside of it.
    """
    if not any(secrets):
        raise ChannelBroken("This inbox has no signing secret", hint="Set `signing_secret`.")
    id, seconds, given = headers.get(ID, ""), headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
    if not (id and seconds and given):
        raise Unverified("The signature headers are missing", hint=f"Send {ID}, {TIMESTAMP} and {SIGNATURE}.")
    if not (seconds.isascii() and seconds.isdecimal() and len(seconds) < 12):
        raise Unverified("The timestamp is no number", hint=f"{TIMESTAMP} is in seconds since 1970.")
    if abs(at.timestamp() - int(seconds)) > tolerance:
        raise Unverified("The signature is too old, or from the future", hint=late)
    signed, good = f"{id}.{seconds}.".encode() + body, False
    for secret in secrets:
        if secret:  # every pair is compared, so that the time taken tells nothing about which one was close
            good |= _matches(_proof(secret, signed), given)
    if not good:
        raise Unverified("The signature does not match", hint="Both sides must have the same `signing_secret`.")


def _matches(proof: bytes, given: str) -> bool:
    good = False
    for one in given.split(" ", MOST)[:MOST]:
        if one.startswith("v1,"):
            good |= hmac.compare_digest(proof, one[3:].encode())
    return good


def _proof(secret: str, signed: bytes) -> bytes:
    # A copy of a keyed one: `hmac.digest` would let go of the interpreter at every call, however short the text.
    keyed = _keyed(secret).copy()
    keyed.update(signed)
    return binascii.b2a_base64(keyed.digest(), newline=False)


@cache
def _keyed(secret: str) -> hmac.HMAC:
    return hmac.new(_key(secret), digestmod="sha256")


def _key(secret: str) -> bytes:
    if not secret.startswith(MARK):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(MARK), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ChannelBroken("The signing secret is not base64", hint="Renew `signing_secret`.") from error
