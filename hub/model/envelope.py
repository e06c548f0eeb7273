"""What is written on the outside of a mail: other recipients, the thread it names, and what proves its sender."""

from typing import Annotated

from msgspec import Meta, Struct

Mailbox = Annotated[str, Meta(max_length=998)]


class Envelope(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The outside of one mail, in or out. Mailboxes read `name <user@host>` or `user@host`.

    `message_id` is without angle brackets; `refs` are the ids it refers to, oldest first. `conversation` is ours, and
    set only when a signature of ours in the mail's addresses or ids proved it. `proofs` are the results of the
    receiving server (`spf`, `dkim`, `dmarc`: `pass`, `fail`, ...). `sent_from` is the mailbox to send from, when it is
    not the inbox's own.
    """

    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    bcc: tuple[Mailbox, ...] = ()
    message_id: Annotated[str, Meta(max_length=998)] = ""
    refs: tuple[Annotated[str, Meta(max_length=998)], ...] = ()
    conversation: str = ""
    proofs: dict[str, str] = {}
    sent_from: Mailbox = ""
