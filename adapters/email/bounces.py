"""What a bounce says of a mail of ours: it failed, or it is late. Pure.

Only an id with our signature names a mail of ours, so a stranger cannot fail a message that he never received.
"""

from datetime import datetime

from adapters.email import threads
from adapters.email.account import CHANNEL
from adapters.email.reading import Bounce, Failed, Mail
from adapters.setup import Setup
from hub.keys import Keyring
from hub.model import Address, Receipt, Signal, Status

LONGEST = 900


def as_receipt(mail: Mail, setup: Setup, keys: Keyring, *, key: str, sent_at: datetime) -> Receipt | Signal | None:
    """Return the receipt of a bounce, a signal for a delay, or None when it is about no mail of ours."""
    bounce = mail.bounce
    ours = _ours(bounce, keys) if bounce else ""
    if not (bounce and ours):
        return None
    recipient = next((one.address for one in bounce.recipients if one.address), mail.sender.address)
    to = Address(channel=CHANNEL, user=recipient.lower() or "unknown")
    if not (bounce.permanent or any(one.permanent for one in bounce.recipients)):
        facts = {"message": ours, "reason": _reason(bounce)}
        return Signal(inbox=setup.inbox, provider_id=key, sender=to, sent_at=sent_at, name="delayed", facts=facts)
    return Receipt(
        inbox=setup.inbox, provider_id=key, sender=to, sent_at=sent_at, message=ours, status=Status.FAILED,
        reason=_reason(bounce),
    )  # fmt: skip


def _ours(bounce: Bounce, keys: Keyring) -> str:
    """Return the Message-ID of the mail that came back, or "" when no signature of ours is on it."""
    for id in (bounce.original_message_id, *bounce.traces):
        written = id.strip("<> ").lower()
        local, at, _ = written.partition("@")
        if at and "." in local and "+" not in local and threads.proven((written,), keys):
            return written
    return ""


def _reason(bounce: Bounce) -> str:
    """Say it in the servers' words, every recipient told."""
    failed = [one for one in bounce.recipients if one.permanent] or list(bounce.recipients)
    told = "; ".join(_told(one) for one in failed) or bounce.reason
    return " ".join(told.split())[:LONGEST]


def _told(one: Failed) -> str:
    said = one.diagnostic or one.status or one.action
    return f"{one.address}: {said}" if one.address else said
