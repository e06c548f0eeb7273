"""How bots are plugged in: what they hear. Called once, by the wiring of the process."""

from collections.abc import Mapping

from bots.contract import Bot
from bots.memory import MEMORIES
from bots.rasa.lines import LINES
from bots.reminders import RING
from bots.serving.rows import ROWS
from bots.turns import Misses, Turns
from bots.unasked import UNASKED
from conversations.events import CustomerSaid
from conversations.limits import Limits
from conversations.model import State
from hub.events import Events
from hub.store.port import Collection, Document, Store
from hub.work.engine import Engine

COLLECTIONS: tuple[Collection[Document], ...] = (MEMORIES, LINES, *ROWS)


def wire(store: Store, events: Events, bots: Mapping[str, Bot], limits: Limits, misses: Misses | None = None) -> Turns:
    """Let the bots hear what customers say; `register` lets them be reminded, and speak first."""
    turns = Turns(store, events, bots, limits, misses)
    events.subscribe(CustomerSaid, "bots", turns.on_said, wants=wants)
    return turns


def register(engine: Engine, turns: Turns) -> None:
    """Give the engine the handler of this room's own jobs."""
    engine.register(RING, turns.ring)
    engine.register(UNASKED, turns.speak)


def wants(said: CustomerSaid) -> bool:
    """Say whether it is a bot's turn: never in answer to another machine."""
    return said.state is State.BOT and not said.quiet
