"""How bots are plugged in: what they hear. Called once, by the wiring of the process."""

from collections.abc import Mapping

from bots.contract import Bot
from bots.memory import MEMORIES
from bots.turns import Turns
from conversations.events import CustomerSaid
from conversations.limits import Limits
from conversations.model import State
from hub.events import Events
from hub.store.port import Collection, Document, Store

COLLECTIONS: tuple[Collection[Document], ...] = (MEMORIES,)


def wire(store: Store, events: Events, bots: Mapping[str, Bot], limits: Limits) -> None:
    """Let the bots hear what customers say."""
    turns = Turns(store, events, bots, limits)
    events.subscribe(CustomerSaid, "bots", turns.on_said, wants=wants)


def wants(said: CustomerSaid) -> bool:
    """Say whether it is a bot's turn: never in answer to another machine."""
    return said.state is State.BOT and not said.quiet
