"""The HTTP door: one raw mail in the body of a signed POST, as a mail server's pipe sends it. Pure.

Signed as Standard Webhooks says (https://github.com/standard-webhooks/standard-webhooks): `webhook-signature` is `v1,`
and base64 of HMAC-SHA256 over `webhook-id.webhook-timestamp.body`.
"""

import base64
import binascii
import hashlib
import hmac
import re
from datetime import timedelta

from adapters.contract import Request
from hub.errors import Malformed, Unverified

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
MARK = "whsec_"
TOLERANCE = timedelta(minutes=5)
_HEAD = re.compile(rb"(?im)^(from|to|date|subject|message-id|received|return-path|delivered-to)[ \t]*:")


def check(request: Request, secret: str) -> None:
    """Return quietly when the secret signed the body in time; raises `Unverified`."""
    if not secret:
        raise Unverified("The HTTP door of this inbox is closed", hint="Set `signing_secret` to open it.")
    id, seconds, given = (request.headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    if not (id and given and seconds.isascii() and seconds.isdecimal() and len(seconds) < 12):
        raise Unverified("The signature headers are missing", hint=f"Send {ID}, {TIMESTAMP} and {SIGNATURE}.")
    if abs(request.at.timestamp() - int(seconds)) > TOLERANCE.total_seconds():
        raise Unverified("The signature is too old, or from the future", hint="Set the clock of the mail server.")
    proof = proven(secret, id, seconds, request.body)
    # Every one is compared, so that the time taken tells nothing.
    if not any([hmac.compare_digest(proof.encode(), one.encode()) for one in given.split(" ")[:8]]):
        raise Unverified("The signature does not match", hint="Both sides must have the same `signing_secret`.")


def proven(secret: str, id: str, seconds: str, body: bytes) -> str:
    """Return the signature of a body."""
    signed = f"{id}.{seconds}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(_key(secret), signed, hashlib.sha256)).decode()


def mail_of(request: Request) -> bytes:
    """Return the mail in the body, whole; raises `Malformed` for what is none, or was cut."""
    told = request.headers.get("content-length", "")
    if told.isascii() and told.isdecimal() and int(told) != len(request.body):
        raise Malformed("The mail was cut on the way", told=int(told), came=len(request.body))
    if not _HEAD.search(request.body[: 1 << 16]):
        raise Malformed("That is no mail", hint="Post the raw mail (message/rfc822) as the body.")
    return request.body


def _key(secret: str) -> bytes:
    if not secret.startswith(MARK):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(MARK), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unverified("The signing secret is not base64", hint="Renew `signing_secret`.") from error
