"""How an answer by mail goes on with a thread: its subject, the chain of ids it names, who gets a copy. Pure."""

import re
from collections.abc import Sequence

from msgspec import Struct

from conversations.model import Message
from hub.model import Envelope, Part, plain

LONGEST_CHAIN = 100
"""Ids an answer refers to: the root and the newest. Header lines without end break other people's servers."""
_RE = re.compile(r"^\s*(re|回复|答复|aw|sv)\s*(\[\d+\])?\s*[:：]", re.IGNORECASE)


class Letter(Struct, frozen=True, kw_only=True):
    """What a mail has besides its parts."""

    subject: str
    envelope: Envelope


def letter(
    onto: Message | None, *, topic: str = "", subject: str = "", cc: Sequence[str] = (), bcc: Sequence[str] = ()
) -> Letter:
    """Return the outside of a mail that answers `onto` (None: that begins a thread); `topic` is the conversation's."""
    latest = (onto.subject if onto is not None else "") or topic
    chosen = subject or (answered(latest) if onto is not None else latest)
    return Letter(subject=chosen, envelope=Envelope(cc=tuple(cc), bcc=tuple(bcc), refs=chain(onto)))


def answered(subject: str) -> str:
    """Return the subject with one `Re:` before it, in whichever language it stood there."""
    return subject if _RE.match(subject) else f"Re: {subject}".rstrip()


def searched(parts: tuple[Part, ...], subject: str) -> str:
    """Return what a message is found by: its words, and its subject where that is new and no answer's."""
    words = plain(parts)
    return words if not subject or _RE.match(subject) else f"{subject}\n{words}"


def chain(onto: Message | None) -> tuple[str, ...]:
    """Return what an answer refers to, oldest first and the answered one last (RFC 5322, 3.6.4)."""
    if onto is None:
        return ()
    before = onto.envelope.refs if onto.envelope is not None else ()
    last = (onto.ref,) if onto.ref else ()
    ids = (*dict.fromkeys(id for id in before if id and id not in last), *last)
    return ids if len(ids) <= LONGEST_CHAIN else (ids[0], *ids[1 - LONGEST_CHAIN :])


def bare(id: str) -> str:
    """Return a message id as it is compared: without its angle brackets."""
    return id.strip().removeprefix("<").removesuffix(">").strip()


def mailbox(entry: str) -> str:
    """Return the address of `name <user@host>` or `user@host`, as it is compared."""
    inner = re.search(r"<([^<>]*)>\s*$", entry)
    return (inner.group(1) if inner else entry).strip().casefold()
