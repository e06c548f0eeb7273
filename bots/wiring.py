"""How bots are plugged in: what they hear. Called once, by the wiring of the process."""

from collections.abc import Mapping

from msgspec import Struct

from bots.contract import Bot
from bots.memory import MEMORIES
from bots.rasa.lines import LINES
from bots.rasa.tracking import TELL, Trackers
from bots.reminders import RING
from bots.serving.rows import ROWS
from bots.turns import Misses, Turns
from bots.unasked import UNASKED
from conversations.events import Attended, CustomerSaid
from conversations.limits import Limits
from conversations.model import State
from hub.events import Events
from hub.store.port import Collection, Document, Store
from hub.work.engine import Engine

COLLECTIONS: tuple[Collection[Document], ...] = (MEMORIES, LINES, *ROWS)


class Wired(Struct, frozen=True, kw_only=True):
    """What hears, and does this room's jobs."""

    turns: Turns
    trackers: Trackers


def wire(store: Store, events: Events, bots: Mapping[str, Bot], limits: Limits, misses: Misses | None = None) -> Wired:
    """Let the bots hear what customers say; `register` lets them be reminded, and speak first."""
    turns = Turns(store, events, bots, limits, misses)
    events.subscribe(CustomerSaid, "bots", turns.on_said, wants=wants)
    trackers = Trackers(store, bots)
    events.subscribe(Attended, "trackers", trackers.on_attended, wants=trackers.wants)
    return Wired(turns=turns, trackers=trackers)


def register(engine: Engine, wired: Wired) -> None:
    """Give the engine the handler of this room's own jobs."""
    engine.register(RING, wired.turns.ring)
    engine.register(UNASKED, wired.turns.speak)
    engine.register(TELL, wired.trackers.tell)


def wants(said: CustomerSaid) -> bool:
    """Say whether it is a bot's turn: never in answer to another machine."""
    return said.state is State.BOT and not said.quiet
