"""A conversation goes from a bot to a person: into the right queue, with a note that spares the customer repeating."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from msgspec import structs

from accounts.teams import TEAMS
from accounts.users import folded
from bots.contract import Handoff
from bots.memory import Memory
from bots.rendering import readable
from bots.summary import summary
from conversations.change import Change
from conversations.model import MESSAGES, Author, Direction, Message
from conversations.moves import to_queue
from hub.model import Text, plain
from hub.store.port import Between, By, Eq, Store

BACK = 30
"""Messages looked at for the summary."""

_log = structlog.get_logger(__name__)


async def hand_over(
    store: Store, change: Change, author: Author, handoff: Handoff, at: datetime, *, slots: dict[str, str]
) -> None:
    """Leave the note and move the conversation; `slots` stand in it when the bot itself named none.

    The skill it names is a suggestion: it counts where people have skills of that name.
    """
    lately = await store.find(
        MESSAGES, Eq("conversation", change.now.id), Between("seq", max(1, change.now.seq - BACK)),
        order=(By("seq"),), limit=BACK + 1,
    )  # fmt: skip
    note = summary(
        bot=author.name,
        reason=handoff.reason,
        asked=handoff.summary,
        said=_said(lately),
        language=change.now.language or "zh-CN",
        slots=handoff.slots or slots,
        skill=handoff.skill or "",
    )
    change.add(author, (Text(body=note),), direction=Direction.NOTE, at=at)
    if handoff.skill:
        wants = structs.replace(change.now.wants, suggested=handoff.skill.strip()[:200])
        change.now = structs.replace(change.now, wants=wants)
    change.now = to_queue(change.now, await _team(store, handoff.team) or change.now.team, at=at)


def _said(lately: Sequence[Message]) -> list[str]:
    """Return what the customer said, as people read it."""
    offered = [part for one in reversed(lately) if one.direction is Direction.OUT for part in one.parts]
    heard = (plain(one.parts) for one in lately if one.direction is Direction.IN)
    return [readable(words, offered) for words in heard if words]


async def _team(store: Store, wanted: str | None) -> str | None:
    """Return the id of the team a bot named by id or by name; one that is not there would be nobody's queue."""
    if not wanted:
        return None
    if await store.get(TEAMS, wanted) is not None:
        return wanted
    found = await store.find(TEAMS, Eq("key", folded(wanted)), limit=1)
    if not found:
        _log.warning("bot_names_no_team", team=wanted)
    return found[0].id if found else None


def after(memory: Memory, handoff: Handoff) -> Memory:
    """Return the memory as it is once a person has it: the bot begins without old doubts when it gets it back."""
    return structs.replace(memory, doubts=0, offered=(), served=memory.served or handoff.reason == "vip")
