"""From the raw bytes of a mail to what the hub is told: a message, the receipt of a bounce, or nothing for a loop.

raw -> read, in a thread -> our own mail come back?   nothing, counted
                         -> a bounce of a mail of ours?  Receipt FAILED (a delay is a Signal)
                         -> anything else             Said; attachments and the raw form kept in the blob store
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial

import structlog
from msgspec import structs

from adapters.email import threads
from adapters.email.account import CHANNEL, Account
from adapters.email.bodies import MOST_PARTS, as_parts
from adapters.email.bounces import as_receipt
from adapters.email.caps import Caps
from adapters.email.identity import identity
from adapters.email.marking import is_our_mark
from adapters.email.reading import Mail, Piece, read
from adapters.setup import Setup
from hub.errors import ChannelBroken, Invalid, TooLarge
from hub.keys import Keyring
from hub.model import Address, Attachment, Envelope, Inbound, Media, Notice, Part, Said, Sender

log = structlog.get_logger(__name__)
LONGEST = 998
NOBODY = "unknown"
NOTHING = b"\r\n"
CAREFUL = ("no-reply", "noreply", "donotreply", "do-not-reply")


class Arriving:
    """Reads the mails of one inbox. `loops` counts our own mails that came back."""

    def __init__(self, setup: Setup, account: Account, caps: Caps) -> None:
        self._setup = setup
        self._account = account
        self._caps = caps
        self.loops = 0

    async def take(self, raw: bytes, *, delivered_to: Sequence[str] = (), at: datetime | None = None) -> list[Inbound]:
        """Return what a mail means. `delivered_to` is the envelope's recipient, `at` when the server took it.

        What it keeps in the blob store is durable on return. Raises `TryLater` when the store does not answer.
        """
        key = await asyncio.to_thread(identity, raw)
        mail = await self._read(raw, key)
        mail = structs.replace(mail, delivered_to=(*delivered_to, *mail.delivered_to))
        if is_our_mark(raw, self._setup.inbox, self._keys):
            self.loops += 1
            log.info("mail_loop_broken", inbox=self._setup.inbox, loops=self.loops)
            return []
        now = self._setup.clock.now()
        sent_at = min(mail.date, now) if mail.date else (at or now)
        if mail.bounce:
            told = as_receipt(mail, self._setup, self._keys, key=key, sent_at=sent_at)
            if told:
                return [told]
        said = await self._said(mail, raw, key, sent_at)
        if mail.answer_unwanted:
            await self._caps.hush(said.sender.user)
        return [said]

    async def too_large(self, head: bytes, size: int, at: datetime | None) -> list[Inbound]:
        """Return what stands for a mail of which only the head was fetched."""
        made = await self.take(head.rstrip() + b"\r\n\r\n", at=at)
        note = Notice(code="mail_too_large", facts={"size": str(size), "limit": str(self._account.largest)})
        return [structs.replace(one, parts=(note,)) if isinstance(one, Said) else one for one in made]

    async def _read(self, raw: bytes, key: str) -> Mail:
        """Read in a thread. What breaks the reader is kept all the same: one bad mail must not stop a mailbox."""
        account = self._account
        try:
            return await asyncio.to_thread(partial(read, raw, trusted=account.trusted, own=account.own))
        except Exception:
            log.exception("mail_not_read", inbox=self._setup.inbox, size=len(raw))
            return Mail(message_id=key, automatic="unreadable", faults=("unreadable",))

    @property
    def _keys(self) -> Keyring:
        if self._setup.keys is None:
            raise ChannelBroken("Mail has no keys to sign with", inbox=self._setup.inbox)
        return self._setup.keys

    async def _said(self, mail: Mail, raw: bytes, key: str, sent_at: datetime) -> Said:
        original = await self._keep(raw or NOTHING, "mail.eml")
        inline, files = await self._kept(mail.attachments)
        return Said(
            inbox=self._setup.inbox,
            provider_id=key,
            sender=Address(channel=CHANNEL, user=_author(mail, self._account)),
            sent_at=sent_at,
            parts=as_parts(mail, inline, files),
            who=_who(mail, self._account),
            subject=_line(mail.subject, LONGEST),
            reply_to=mail.in_reply_to[:512],
            envelope=_envelope(mail, self._keys),
            automatic=_is_automatic(mail, self._account),
            original=original.blob if isinstance(original, Attachment) else "",
        )

    async def _kept(self, pieces: Sequence[Piece]) -> tuple[dict[str, str], tuple[Part, ...]]:
        """Keep the attachments; return the pictures of the body by content id, and the others as parts."""
        inline: dict[str, str] = {}
        files: list[Part] = []
        for piece in pieces[:MOST_PARTS]:
            if not piece.content:
                continue
            kept = await self._keep(piece.content, piece.name)
            if piece.inline and piece.cid and isinstance(kept, Attachment):
                inline[piece.cid[:256]] = kept.blob
            else:
                files.append(kept)
        if len(pieces) > MOST_PARTS:
            files.append(Notice(code="mail_more_files", facts={"count": str(len(pieces) - MOST_PARTS)}))
        return inline, tuple(files)

    async def _keep(self, content: bytes, name: str) -> Media | Notice:
        """Keep one file. What the store does not take (a picture that is none) is named; the raw form has it still."""
        label = _line(name, 200) or "attachment"
        try:
            return await self._setup.lent_files.keep(content, name=label, limit=max(len(content), 1))
        except (TooLarge, Invalid) as error:
            log.info("mail_file_left_out", inbox=self._setup.inbox, size=len(content), why=error.message)
            return Notice(code="mail_file_left_out", facts={"name": label, "size": str(len(content))})


def _author(mail: Mail, account: Account) -> str:
    """Return who wrote it. A form on a web site writes from our address, or from nobody's, and names the customer."""
    address = mail.sender.address
    stands_in = not address or account.is_own(address) or address.lower().startswith(CAREFUL)
    if stands_in and mail.reply_to and mail.reply_to.address and not account.is_own(mail.reply_to.address):
        address = mail.reply_to.address
    return _line(address, 320).lower() or NOBODY


def _is_automatic(mail: Mail, account: Account) -> bool:
    """Say whether no machine may answer it. A form on our web site writes from our address, but for a customer."""
    if account.is_own(mail.sender.address):
        return mail.automatic not in ("", "loop") or account.is_own(_author(mail, account))
    return bool(mail.automatic) or mail.loop or mail.bounce is not None


def _who(mail: Mail, account: Account) -> Sender:
    """Return the sender's name. The address counts as proved when the server we trust says that DMARC passed."""
    author = _author(mail, account)
    person = mail.reply_to if mail.reply_to and author == mail.reply_to.address.lower() else mail.sender
    if author == NOBODY:
        return Sender(name=_line(person.name, 128))
    proved = bool(account.trusted) and mail.proofs.get("dmarc") == "pass" and author == mail.sender.address.lower()
    told = {"email": author}
    if mail.reply_to and mail.reply_to.address and mail.reply_to.address.lower() != author:
        told["reply_to"] = _line(mail.reply_to.address, 320)
    return Sender(name=_line(person.name, 128), attributes=told, verified=("email",) if proved else ())


def _envelope(mail: Mail, keys: Keyring) -> Envelope:
    return Envelope(
        to=tuple(_line(str(one), LONGEST) for one in mail.to),
        cc=tuple(_line(str(one), LONGEST) for one in mail.cc),
        message_id=_id(mail.message_id),
        refs=tuple(id for id in map(_id, mail.refs) if id),
        conversation=threads.proven(mail.traces, keys),
        proofs={name: value[:64] for name, value in mail.proofs.items()},
    )


def _id(text: str) -> str:
    """Return an id that fits; half an id would be another one."""
    return text if len(text) <= LONGEST else ""


def _line(text: str, most: int) -> str:
    """Return it on one line, without what is no letter, and no longer than `most`."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:most]
