"""What the hub knows of one mail once it is read. Pure data; everything is text or bytes as the sender meant it."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct


class Bounds(Struct, frozen=True, kw_only=True):
    """How far the reading goes: past a bound the rest is kept as bytes or counted, and a fault says so.

    `text` and `html` are characters of one body, `header` bytes of the head of one part, `people` addresses of one
    field, `refs` ids, `depth` multiparts inside each other, `parts` leaves of a mail.
    """

    depth: int = 30
    parts: int = 1000
    header: int = 8_000_000
    people: int = 200
    refs: int = 100
    text: int = 200_000
    html: int = 1_000_000


class Mailbox(Struct, frozen=True, kw_only=True):
    """Who: the name shown, if any, and `local@domain` (domain in lower case); `address` is empty when there is none."""

    name: str = ""
    address: str = ""

    def __str__(self) -> str:
        """Write `name <address>`, or what there is of it, on one line."""
        if not self.name:
            return self.address
        return f"{self.name} <{self.address}>" if self.address else self.name


class Piece(Struct, frozen=True, kw_only=True):
    """One leaf of the mail: `content` is what the sender attached, its transfer encoding undone.

    `role` says what it was read as: `text` or `html` (the body), `alternative` (the same again in another form),
    `calendar`, `report` (of a bounce), `inline` (a picture of the HTML body), `packed` (a winmail.dat whose content
    stands beside it), `attachment`. `charset` is the one that `content` was read with, for texts; `asked` is
    the one the sender named. `faults` are what had to be repaired here.
    """

    name: str = ""
    media_type: str
    content: bytes
    cid: str = ""
    inline: bool = False
    role: str = "attachment"
    charset: str = ""
    asked: str = ""
    faults: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Keep what people wrote out of logs."""
        return f"Piece({self.role}, {self.media_type}, {len(self.content)} bytes)"


class Failed(Struct, frozen=True, kw_only=True):
    """One recipient of a bounce. `action` and `status` in the words of RFC 3464 (`failed`, `delayed`...; `5.1.1`).

    `diagnostic` is the server's own sentence. `permanent`: the mail will not arrive, and nobody tries again.
    """

    address: str
    action: str = ""
    status: str = ""
    diagnostic: str = ""
    permanent: bool = False


class Bounce(Struct, frozen=True, kw_only=True):
    """A server tells what became of a mail of ours.

    `reason` is one sentence for people. `original_message_id` names our mail, where the bounce tells it; `traces` are
    all ids and addresses of ours in it, for `threads.proven`.
    """

    recipients: tuple[Failed, ...] = ()
    original_message_id: str = ""
    reason: str = ""
    permanent: bool = False
    traces: tuple[str, ...] = ()


class Invitation(Struct, frozen=True, kw_only=True):
    """What a calendar part says, in short. Times as ISO 8601 text, in the zone the organiser wrote."""

    method: str = ""
    summary: str = ""
    starts: str = ""
    ends: str = ""
    place: str = ""
    organiser: str = ""
    uid: str = ""


class Mail(Struct, frozen=True, kw_only=True):
    """One mail as the hub sees it.

    `message_id`, `in_reply_to` and `refs` are without angle brackets; `refs` are oldest first and end with what the
    mail answers. `message_id` is made of the content when the mail has none. `date` is the sender's claim, or None.
    `text` and `html` are what the person wrote now; `quoted_text` and `quoted_html` the earlier mail that hung below.
    `automatic` is empty, or says which sign shows that a machine wrote it. `proofs` are `spf`, `dkim`, `dmarc` as the
    receiving server saw them. `faults` name what had to be repaired, as `code` or `code:detail`.
    """

    sender: Mailbox = Mailbox()
    reply_to: Mailbox | None = None
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    delivered_to: tuple[str, ...] = ()
    subject: str = ""
    date: datetime | None = None
    message_id: str
    refs: tuple[str, ...] = ()
    in_reply_to: str = ""
    text: str = ""
    html: str = ""
    quoted_text: str = ""
    quoted_html: str = ""
    attachments: tuple[Piece, ...] = ()
    leaves: tuple[Piece, ...] = ()
    automatic: str = ""
    answer_unwanted: bool = False
    list: bool = False
    loop: bool = False
    bounce: Bounce | None = None
    calendar: Invitation | None = None
    proofs: dict[str, str] = {}
    faults: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Keep what people wrote out of logs."""
        return f"Mail({self.message_id!r}, {len(self.leaves)} parts)"

    @property
    def traces(self) -> tuple[str, ...]:
        """Return every id and address that may hold a token of ours, likeliest first, for `threads.proven`."""
        return tuple(self._traces())

    def _traces(self) -> Iterator[str]:
        yield from self.delivered_to
        yield from (person.address for person in (*self.to, *self.cc))
        yield self.in_reply_to
        yield from reversed(self.refs)
        if self.bounce:
            yield from self.bounce.traces
