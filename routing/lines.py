"""Lines: those who wait in one queue with equal needs and equal rights, and the item each of them is. Pure rows.

A conversation's `lane` is the id of its line. Lines are few (queues times skills times priorities) and never change, so
every process knows them all; who stands first in one is a look-up by index.
"""

import hashlib

import msgspec

from conversations.model import Conversation, Priority
from hub.store.port import Collection, Document, Index
from routing.abilities import tongue
from routing.policy.needs import Item, Needs, Sticky, skills_of
from routing.settings import ANYBODY

BULK = "bulk"
"""The kind of work that nobody waits for on the other side."""
CHAT = "chat"
KINDS = {"email": "mail", "voice": "call"}
"""Which kind of work a channel brings; any other brings chats."""


class Line(Document, frozen=True, kw_only=True):
    """One line; the id says what it is, so that two processes make the same."""

    queue: str
    needs: Needs
    priority: Priority
    vip: int = 0

    @property
    def board(self) -> str:
        """The queue as a board knows it: work that nobody waits for stands apart."""
        return f"{self.queue}/{BULK}" if self.needs.bulk else self.queue


LINES = Collection("routing_lines", Line, Index(("queue", "id")))
MOST_LINES = 20_000

_encode = msgspec.json.Encoder(order="deterministic").encode


def kind_of(conversation: Conversation) -> str:
    """Return which kind of work a conversation is."""
    if conversation.wants.deferred or conversation.wants.needed.bulk:
        return BULK
    return conversation.wants.kind or KINDS.get(conversation.address.channel, CHAT)


def needs_of(conversation: Conversation) -> Needs:
    """Return what it needs, as the policy sees it."""
    needed, kind = conversation.wants.needed, kind_of(conversation)
    return Needs(
        teams=frozenset({conversation.team} if conversation.team else ()),
        skills=skills_of(needed.skills),
        language=tongue(needed.language),
        region=needed.region,
        department=needed.department,
        restricted=frozenset(needed.restricted),
        kind=kind,
        bulk=kind == BULK,
    )


def line_of(conversation: Conversation) -> Line:
    """Return the line in which a conversation waits."""
    needs, vip = needs_of(conversation), conversation.wants.needed.vip
    queue = conversation.team or ANYBODY
    told = _encode((queue, needs, conversation.priority, vip))
    id = hashlib.blake2b(told, digest_size=12).hexdigest()
    return Line(id=id, queue=queue, needs=needs, priority=conversation.priority, vip=vip)


def item_of(conversation: Conversation, line: Line) -> Item:
    """Return one that waits in a line as the policy sees it."""
    since = conversation.queued_at or conversation.opened_at
    keeps = conversation.kept_for is not None and conversation.kept_until is not None
    return Item(
        id=conversation.id,
        queue=line.board,
        since=since.timestamp(),
        needs=line.needs,
        priority=conversation.priority,
        vip=conversation.wants.needed.vip,
        declined=frozenset(conversation.declined_by),
        sticky=Sticky(agent=conversation.kept_for or "", until=conversation.kept_until.timestamp())
        if keeps and conversation.kept_until
        else None,
    )


def stands_in(conversation: Conversation, line: Line) -> bool:
    """Say whether a conversation is what the line it stands in is for: somebody may just have changed it."""
    return (
        conversation.queued_at is not None
        and conversation.offered_to is None
        and (conversation.team or ANYBODY) == line.queue
        and conversation.priority == line.priority
        and conversation.wants.needed.vip == line.vip
        and needs_of(conversation) == line.needs
    )
