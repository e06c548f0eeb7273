"""How a row becomes a bot: the model is fetched, checked and unpacked beside the loop, and joined to its actions."""

from collections.abc import Callable
from datetime import datetime

from aiohttp import ClientSession

from bots.actions.port import Breakers, Port
from bots.contract import Bot
from bots.serving.console import Tried
from bots.serving.encoding import Encoding
from bots.serving.keeping import Chest
from bots.serving.rows import BotRow, VersionRow
from hub.clock import Clock
from hub.errors import NotFound, Unsupported
from hub.secrets import Vault


class Maker:
    """Implements `bots.shelf.Making` and `bots.serving.console.Console` for one process."""

    def __init__(
        self, chest: Chest, encoding: Encoding, vault: Vault, clock: Clock, http: Callable[[], ClientSession]
    ) -> None:
        self._chest = chest
        self._encoding = encoding
        self._vault = vault
        self._clock = clock
        self._http = http
        self._breakers = Breakers()

    async def engine(self, row: BotRow, version: VersionRow) -> Bot:
        """Load a trained version; raises what is wrong with it."""
        raise Unsupported("The engine is not there yet", bot=row.id)

    async def remote(self, row: BotRow) -> Bot:
        """Make the bot that speaks to a Rasa server."""
        raise Unsupported("Rasa servers are not spoken to yet", bot=row.id)

    async def say(self, version: VersionRow, text: str, tracker: str, at: datetime) -> Tried:
        """Say one thing to a version, in a rehearsal."""
        raise Unsupported("The engine is not there yet", bot=version.bot)

    def _port(self, row: BotRow) -> Port:
        async def secret(name: str) -> str:
            if name not in row.secrets:
                raise NotFound(
                    "The bot has no such secret", bot=row.id, secret=name, hint="Enter it on the bot's page."
                )
            return self._vault.open(row.secrets[name], "bot", row.id, name)

        return Port(self._http, secret, self._clock, self._breakers)
