"""A message of the hub as a mail: head, bodies, files. The same bytes' identity at every attempt. No network.

The Message-ID is made of the message's own id and signed (`threads.message_id`), so an attempt that was not answered
and the one after it are one mail to whoever dedupes by it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from msgspec import Struct

from adapters.contract import Voice
from adapters.email import headers, threads
from adapters.email.account import Account
from adapters.email.headers import Person, person
from adapters.email.identity import message_id_of
from adapters.email.marking import HEADER, mark
from adapters.email.writing import Written, written
from hub.errors import Refused, Unsupported
from hub.keys import Keyring
from hub.model import Attachment, Html, Outbound

MOST_PEOPLE = 100
MOST_REFS = 40
SUBJECT = "(no subject)"
ROBOTS = ("mailer-daemon", "postmaster", "no-reply", "noreply", "donotreply", "do-not-reply", "bounce", "bounces")


class Composed(Struct, frozen=True, kw_only=True):
    """A mail ready to be handed over. `sender` is the envelope's, empty for what must never come back.

    `fallback` is taken where a server accepts no empty one.
    """

    id: str
    sender: str
    fallback: str
    recipients: tuple[str, ...]
    body: bytes
    utf8: bool

    def __repr__(self) -> str:
        """Keep what people wrote out of logs."""
        return f"Composed({self.id!r}, {len(self.body)} bytes)"


def compose(
    message: Outbound, account: Account, voice: Voice, keys: Keyring, files: Mapping[str, bytes], *, at: datetime
) -> Composed:
    """Make the mail. `files` are the blobs that its parts name, by hash.

    Raises `Refused` for what is no address, or for an automatic mail to a machine; `Unsupported` for a sender that is
    not ours and for more recipients than one mail takes.
    """
    to, cc, bcc = _people(message, account)
    if message.automatic:
        _allow_automatic(to)
    id = threads.message_id(message.conversation, message.id, keys, account.domain)
    sender = _sender(message, account, voice)
    answers = Person(address=threads.plus_address(sender.address, message.conversation, keys)) if account.plus else None
    head = [
        headers.people("From", [sender]),
        headers.people("To", to),
        *([headers.people("Cc", cc)] if cc else []),
        *([headers.people("Reply-To", [answers])] if answers else []),
        headers.text("Subject", _subject(message)),
        headers.plain("Date", format_datetime(at)),
        headers.ids("Message-ID", [id]),
        *_thread(message),
        headers.plain(HEADER, mark(id, message.inbox, keys)),
        *(_machine(message) if message.automatic else []),
    ]
    content = _content(written(message.parts, voice, quote=account.quote_below), message, files)
    everybody = tuple(dict.fromkeys(one.address for one in (*to, *cc, *bcc)))
    return Composed(
        id=id,
        sender="" if _is_answer(message) else sender.address,
        fallback=sender.address,
        recipients=everybody,
        body="\r\n".join(head).encode() + b"\r\n" + content,
        utf8=not all(one.isascii() for one in (sender.address, *everybody)),
    )


def blobs(message: Outbound) -> tuple[str, ...]:
    """Return the hash of every file that the mail needs."""
    named = [part.blob for part in message.parts if isinstance(part, Attachment)]
    inline = [blob for part in message.parts if isinstance(part, Html) for blob in part.cid.values()]
    return tuple(dict.fromkeys([*named, *inline]))


def _people(message: Outbound, account: Account) -> tuple[list[Person], list[Person], list[Person]]:
    """Return To, Cc and Bcc, nobody twice and never ourselves: that would be the shortest of loops."""
    outside = message.envelope
    lists = (
        [message.to.user, *(outside.to if outside else ())],
        [*(outside.cc if outside else ())],
        [*(outside.bcc if outside else ())],
    )
    if sum(map(len, lists)) > MOST_PEOPLE:
        raise Unsupported("One mail takes fewer recipients", limit=MOST_PEOPLE)
    seen: set[str] = set()
    made: list[list[Person]] = []
    for listed in lists:
        people = [one for one in map(person, listed) if not account.is_own(one.address)]
        fresh = [one for one in people if not (one.address.lower() in seen or seen.add(one.address.lower()))]  # type: ignore[func-returns-value]
        made.append(fresh)
    if not made[0]:
        raise Refused("There is nobody to write to: the address is our own")
    return made[0], made[1], made[2]


def _allow_automatic(to: Sequence[Person]) -> None:
    """A machine does not write to machines and lists (RFC 3834 2)."""
    for one in to:
        local = one.address.partition("@")[0].lower()
        if local.startswith(ROBOTS) or local.endswith("-request") or local.startswith("owner-"):
            raise Refused("No automatic mail goes to a machine or a list", hint="Let a person answer.")


def _sender(message: Outbound, account: Account, voice: Voice) -> Person:
    wanted = message.envelope.sent_from if message.envelope else ""
    if not wanted:
        return Person(name=headers.clean(voice.name), address=person(account.address).address)
    made = person(wanted)
    if made.address.lower() not in account.own:
        raise Unsupported("This inbox may not write from that address", hint="Add it to `aliases`.")
    return Person(name=made.name or headers.clean(voice.name), address=made.address)


def _subject(message: Outbound) -> str:
    """Return the subject; an answer's begins with `Re:`, once."""
    subject = headers.clean(message.subject)
    if not _refs(message):
        return subject or SUBJECT
    known = subject.lower().startswith(("re:", "re：", "回复:", "回复：", "答复:", "答复："))
    return subject if known else f"Re: {subject}".strip()


def _refs(message: Outbound) -> tuple[str, ...]:
    """Return the ids of the thread, oldest first; the last one is what the mail answers."""
    refs = [id for id in (message.envelope.refs if message.envelope else ()) if id]
    answered = message_id_of(message.reply_to) or (message.reply_to if "@" in message.reply_to else "")
    if answered:
        refs = [*(id for id in refs if id != answered), answered]
    # The first names the thread, the last ones the branch; RFC 5322 lets the middle go.
    return tuple(refs if len(refs) <= MOST_REFS else [refs[0], *refs[1 - MOST_REFS :]])


def _thread(message: Outbound) -> list[str]:
    refs = _refs(message)
    return [headers.ids("In-Reply-To", refs[-1:]), headers.ids("References", refs)] if refs else []


def _is_answer(message: Outbound) -> bool:
    """Say whether a machine answers somebody: such a mail must not come back (RFC 3834 3.3)."""
    return message.automatic and bool(_refs(message))


def _machine(message: Outbound) -> list[str]:
    """Say that a machine wrote it (RFC 3834 5, and what Exchange asks to see: [MS-OXCMAIL] 2.2.3.2.14)."""
    kind = "auto-replied" if _is_answer(message) else "auto-generated"
    return [
        headers.plain("Auto-Submitted", kind),
        headers.plain("Precedence", "bulk"),
        headers.plain("X-Auto-Response-Suppress", "All"),
    ]


def _content(content: Written, message: Outbound, files: Mapping[str, bytes]) -> bytes:
    """Return the MIME of the bodies and the files, its Content fields first."""
    mail = EmailMessage(policy=SMTP)
    mail.set_content(content.text, charset="utf-8", cte=_coding(content.text))
    if content.html:
        mail.add_alternative(content.html, subtype="html", charset="utf-8", cte="base64")
    for cid, blob in content.cid.items():
        _relate(mail, cid, files[blob])
    for part in message.parts:
        if isinstance(part, Attachment):
            main, _, sub = part.media_type.partition("/")
            shown = "inline" if main == "image" else "attachment"
            mail.add_attachment(
                files[part.blob], maintype=main or "application", subtype=sub or "octet-stream",
                filename=headers.clean(part.name), disposition=shown,
            )  # fmt: skip
    return mail.as_bytes()


def _coding(text: str) -> str:
    """Plain letters stay readable on the wire; long lines and other letters are coded."""
    return "7bit" if text.isascii() and all(len(line) < 900 for line in text.splitlines()) else "base64"


def _relate(mail: EmailMessage, cid: str, content: bytes) -> None:
    body = mail.get_body(("html",))
    if isinstance(body, EmailMessage):
        main, sub = _kind(content)
        body.add_related(content, maintype=main, subtype=sub, cid=f"<{headers.clean(cid).strip('<>')}>")


def _kind(content: bytes) -> tuple[str, str]:
    known = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif", b"RIFF": "webp"}
    return next((("image", name) for mark, name in known.items() if content.startswith(mark)), ("image", "png"))
