"""Reads one mail: the order in which its head and its parts are looked at."""

import hashlib
from collections.abc import Collection

from msgspec import Struct, structs

from adapters.email.reading import (
    automatic,
    body,
    bounces,
    content,
    dates,
    fields,
    invitations,
    parameters,
    people,
    proofs,
    tree,
    winmail,
    words,
)
from adapters.email.reading.body import Body
from adapters.email.reading.fields import Fields
from adapters.email.reading.ids import ids
from adapters.email.reading.mail import Bounds, Mail, Mailbox, Piece
from adapters.email.reading.tree import Budget, Leaf

DEFAULT = Bounds()
SENDERS = ("from", "sender", "reply-to", "resent-from", "return-path", "x-sender", "envelope-from")
DELIVERED = (
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-delivered-to",
    "x-envelope-to",
    "x-forwarded-to",
    "x-rcpt-to",
)


def read(raw: bytes, *, limits: Bounds = DEFAULT, trusted: str = "", own: Collection[str] = ()) -> Mail:
    """Return what a mail says; whatever the bytes are, there is an answer, and `faults` say what was wrong with them.

    `trusted` is the name of the receiving server whose Authentication-Results count (RFC 8601); without it only the
    topmost field does. `own` are our own addresses: a mail from one of them, or marked by them, is a loop.
    """
    begin, separator = fields.start(raw)
    head, at = fields.split(raw, begin, len(raw), limits.header)
    leaves = list(tree.leaves(raw, head, at, len(raw), Budget(limits)))
    hint = content.hint(leaves)
    outside = _outside(head, separator, hint, limits)
    pairs = _pairs(leaves, hint)
    inner = body.read(pairs, outside.subject, outside.sender.address, hint, limits)
    return _mail(raw, head, outside, inner, leaves, trusted, own)


class _Outside(Struct, kw_only=True):
    """The head, read."""

    sender: Mailbox
    reply_to: Mailbox | None
    to: list[Mailbox]
    cc: list[Mailbox]
    delivered: list[str]
    subject: str
    faults: list[str]


def _outside(head: Fields, separator: bytes, hint: str, limits: Bounds) -> _Outside:
    faults = list(head.faults)
    subject = words.read(head.first("subject"), hint)
    faults += [f"subject:{fault}" for fault in subject.faults]
    answers = people.read(head.first("reply-to"), 1, hint)
    return _Outside(
        sender=_sender(head, separator, hint, faults), subject=subject.text[:998],
        reply_to=answers[0] if answers and answers[0].address else None,
        to=_people(head, "to", hint, limits, faults), cc=_people(head, "cc", hint, limits, faults),
        delivered=_delivered(head), faults=faults,
    )  # fmt: skip


def _sender(head: Fields, separator: bytes, hint: str, faults: list[str]) -> Mailbox:
    """Return who wrote it: the first that can be read of all that may say so."""
    named = Mailbox()
    for field in SENDERS:
        for value in head.all(field):
            for person in people.read(value, 3, hint):
                if person.address:
                    if field != "from":
                        faults.append(f"from:taken from {field}")
                    return structs.replace(person, name=person.name or named.name)
                named = named if named.name else person
    envelope = people.bare(separator.partition(b" ")[2])
    faults.append("from:taken from envelope" if envelope else "from:missing")
    return Mailbox(name=named.name, address=envelope)


def _people(head: Fields, name: str, hint: str, limits: Bounds, faults: list[str]) -> list[Mailbox]:
    found: list[Mailbox] = []
    values = head.all(name)
    for value in values:
        found += people.read(value, limits.people - len(found) + 1, hint)
        if len(found) > limits.people:
            faults.append(f"{name}:{sum(map(people.count, values))} named, {limits.people} kept")
            break
    return [person for person in found[: limits.people] if person.address or person.name]


def _delivered(head: Fields) -> list[str]:
    addresses = [people.bare(value) for name in DELIVERED for value in head.all(name)[:20]]
    return list(dict.fromkeys(address for address in addresses if address))


def _pairs(leaves: list[Leaf], hint: str) -> list[tuple[Leaf, Piece]]:
    """Return the pieces, with what Outlook packed into a winmail.dat beside it."""
    pairs: list[tuple[Leaf, Piece]] = []
    for leaf, piece in content.pieces(leaves, hint):
        packed = winmail.unpack(piece) if _is_tnef(piece) else []
        pairs.append((leaf, structs.replace(piece, role="packed") if packed else piece))
        spoken = any(one.role in ("text", "html") and one.content.strip() for _, one in pairs)
        pairs += [(leaf, one) for one in packed if not (spoken and one.role in ("text", "html"))]
    return pairs


def _is_tnef(piece: Piece) -> bool:
    return piece.media_type in content.TNEF or piece.name.lower() == "winmail.dat"


def _mail(
    raw: bytes, head: Fields, outside: _Outside, inner: Body, leaves: list[Leaf], trusted: str, own: Collection[str]
) -> Mail:
    pieces = [*inner.pieces, *inner.found]
    media = parameters.media(head.first("content-type"))
    ours = [*own, *outside.delivered, *(person.address for person in outside.to)]
    bounce = bounces.read(head, media, outside.sender, outside.subject, inner.whole.kept, pieces, ours)
    halves = inner.whole if bounce else inner.halves
    calendar = next((piece for piece in pieces if piece.role == "calendar"), None)
    sign = automatic.sign(head, outside.subject, outside.sender.address, media.value, own)
    answered, refs = _refs(head)
    date = dates.read(head.first("date"))
    return Mail(
        sender=outside.sender, reply_to=outside.reply_to, to=tuple(outside.to), cc=tuple(outside.cc),
        delivered_to=tuple(outside.delivered), subject=outside.subject, date=date, message_id=_id(raw, head),
        refs=refs, in_reply_to=answered, text=halves.kept, html=halves.kept_html, quoted_text=halves.quoted,
        quoted_html=halves.quoted_html, attachments=tuple(_offered(pieces)), leaves=tuple(pieces),
        automatic=sign or ("bounce" if bounce else ""), answer_unwanted=automatic.answer_unwanted(head),
        list=automatic.of_list(head), loop=automatic.loop(head, outside.sender.address, own), bounce=bounce,
        calendar=invitations.read(calendar) if calendar else None,
        proofs=proofs.read(head.all("authentication-results"), trusted),
        faults=_faults(outside, inner, pieces, head, date is None),
    )  # fmt: skip


def _id(raw: bytes, head: Fields) -> str:
    """Return the Message-ID; a mail without one is told from others by its content."""
    value = head.first("message-id")
    found = ids(value) or [value.decode("utf-8", "replace").strip("<> \t")]
    return found[0][:998] or f"{hashlib.sha256(raw).hexdigest()[:40]}@content.invalid"


def _refs(head: Fields) -> tuple[str, tuple[str, ...]]:
    """Return what the mail answers, and all that it refers to, oldest first."""
    answered = [id for value in head.all("in-reply-to") for id in ids(value)]
    refs = [id for value in head.all("references") for id in ids(value)]
    last = answered[0] if answered else ""
    ordered = dict.fromkeys(id for id in refs if id not in answered) | dict.fromkeys(reversed(answered))
    return last, tuple(ordered)[-DEFAULT.refs :]


def _offered(pieces: list[Piece]) -> list[Piece]:
    return [piece for piece in pieces if piece.role in ("attachment", "inline", "calendar", "report")]


def _faults(outside: _Outside, inner: Body, pieces: list[Piece], head: Fields, undated: bool) -> tuple[str, ...]:
    found = [*outside.faults, *inner.faults, *(fault for piece in pieces for fault in piece.faults)]
    if undated:
        found.append("date:unreadable" if head.first("date") else "date:missing")
    if not head.first("message-id"):
        found.append("message-id:missing")
    if len([value for value in head.all("from") if value]) > 1:
        found.append("from:several")
    return tuple(dict.fromkeys(found))
