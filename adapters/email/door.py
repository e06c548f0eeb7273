"""The HTTP door: one raw mail in the body of a POST signed as Standard Webhooks says, by a mail server's pipe. Pure."""

import re

from adapters.contract import Request
from hub import standard_webhooks
from hub.errors import ChannelBroken, Malformed, Unverified

TOLERANCE = 300
"""Seconds."""
_HEAD = re.compile(rb"(?im)^(from|to|date|subject|message-id|received|return-path|delivered-to)[ \t]*:")


def check(request: Request, secret: str) -> None:
    """Return quietly when the secret signed the body in time; raises `Unverified`."""
    if not secret:
        raise Unverified("The HTTP door of this inbox is closed", hint="Set `signing_secret` to open it.")
    try:
        standard_webhooks.check(
            request.headers, request.body, (secret,), at=request.at, tolerance=TOLERANCE,
            late="Set the clock of the mail server.",
        )  # fmt: skip
    except ChannelBroken as error:  # the secret is no base64; the mailbox itself works on
        raise Unverified(error.message, hint=error.hint) from error


def mail_of(request: Request) -> bytes:
    """Return the mail in the body, whole; raises `Malformed` for what is none, or was cut."""
    told = request.headers.get("content-length", "")
    if told.isascii() and told.isdecimal() and int(told) != len(request.body):
        raise Malformed("The mail was cut on the way", told=int(told), came=len(request.body))
    if not _HEAD.search(request.body[: 1 << 16]):
        raise Malformed("That is no mail", hint="Post the raw mail (message/rfc822) as the body.")
    return request.body
