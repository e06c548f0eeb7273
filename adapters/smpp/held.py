"""What a listener must remember over a crash: pieces of long messages that are not whole, and what came lately. Pure.

SMPP gives an incoming message no id, and a centre that missed our answer sends it again after the next bind. So the
last ones are kept by their hash: the same octets in a later session, soon after, are a repeat and get the same key;
the same octets in one session are a customer who wrote the same thing twice.
"""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct, structs

from adapters.smpp import pdu, pieces
from adapters.smpp.pdu import Delivered

LATELY = 64
GROUPS = 100
UNSURE = timedelta(seconds=60)
"""Before the end of a session: answers given then may not have arrived."""
REPEATS = timedelta(minutes=30)
"""How long after a session a repeat is still one."""
PATIENCE = timedelta(minutes=10)
"""How long the other pieces of a long message are waited for."""


class Seen(Struct, frozen=True, kw_only=True):
    """One delivery that came lately. `session` "" is one that could not be stored: it will come again."""

    proof: str
    key: str
    session: str
    at: datetime


class Group(Struct, frozen=True, kw_only=True):
    """A long message that is not whole; `pieces` holds whole PDUs, by number, in base64."""

    name: str
    key: str
    total: int
    at: datetime
    pieces: dict[str, str] = {}

    @property
    def whole(self) -> bool:
        """Say whether every piece is there."""
        return len(self.pieces) >= self.total

    def has(self, number: int, octets: bytes) -> bool:
        """Say whether another text lies in that place already: the sender has begun to count references anew."""
        there = self.pieces.get(str(number))
        return there is not None and base64.b64decode(there)[pdu.HEADER :] != octets[pdu.HEADER :]

    def octets(self) -> Sequence[bytes | None]:
        """Return the PDUs in order; None is a piece that is not there."""
        found = (self.pieces.get(str(number)) for number in range(1, self.total + 1))
        return [base64.b64decode(one) if one else None for one in found]


class Held(Struct, frozen=True, kw_only=True):
    """All of it: one mark of the inbox."""

    lately: tuple[Seen, ...] = ()
    groups: tuple[Group, ...] = ()

    def repeat_of(self, proof: str, session: str, at: datetime) -> Seen | None:
        """Return what this delivery repeats, or None when it is new."""
        ends = {one.session: max(two.at for two in self.lately if two.session == one.session) for one in self.lately}
        for one in self.lately:
            if one.proof != proof or one.session == session:
                continue
            if not one.session or (ends[one.session] - one.at <= UNSURE and at - one.at <= REPEATS):
                return one
        return None

    def with_seen(self, seen: Seen) -> "Held":
        """Remember one more delivery; an entry with the same key is replaced, the oldest ones are forgotten."""
        others = tuple(one for one in self.lately if (one.proof, one.key) != (seen.proof, seen.key))
        return structs.replace(self, lately=(*others, seen)[-LATELY:])

    def group(self, name: str) -> Group | None:
        """Return an unfinished long message."""
        return next((one for one in self.groups if one.name == name), None)

    def with_group(self, group: Group) -> "Held":
        """Put an unfinished long message in its place."""
        return structs.replace(self, groups=(*self.without(group).groups, group))

    def without(self, group: Group) -> "Held":
        """Forget a long message that was handed in."""
        return structs.replace(self, groups=tuple(one for one in self.groups if one.name != group.name))

    def overdue(self, at: datetime) -> tuple[Group, ...]:
        """Return what is handed in as it is: waited for too long, or the oldest of too many."""
        late = [one for one in self.groups if one.whole or at - one.at > PATIENCE]
        rest = [one for one in self.groups if one not in late]
        return (*late, *rest[: max(0, len(rest) - GROUPS)])


def proof_of(octets: bytes) -> str:
    """Return what is the same when a centre sends a delivery again: everything after the header."""
    return hashlib.sha256(octets[pdu.HEADER :]).hexdigest()[:32]


def group_name(message: Delivered, place: pieces.Place) -> str:
    """Return what the pieces of one long message have in common."""
    told = [message.source, message.destination, place.ref, place.total]
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:32]


def add(group: Group, number: int, octets: bytes) -> Group:
    """Return the group with one more piece."""
    return structs.replace(group, pieces={**group.pieces, str(number): base64.b64encode(octets).decode()})
