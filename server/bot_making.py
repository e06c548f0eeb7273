"""How a row becomes a bot: the model is fetched, checked and unpacked beside the loop, and joined to its actions."""

import asyncio
from collections.abc import Callable, Mapping

from aiohttp import ClientSession

from bots.actions.port import Breakers, Port
from bots.actions.webhook import Secret
from bots.contract import Bot, Turn
from bots.engine import EngineBot, Thought
from bots.nlu.encoder import installed
from bots.rasa.lines import Lines
from bots.rasa.owing import Account
from bots.rasa.remote import RasaBot
from bots.rasa.shadow import Logged, Shadow
from bots.rasa.tracking import distant
from bots.serving.encoding import Encoding
from bots.serving.keeping import Chest
from bots.serving.models import Models
from bots.serving.rows import BOTS, RASA_TOKEN, BotRow, State, VersionRow, Way
from hub.clock import Clock
from hub.errors import Invalid, NotFound, WrongMove
from hub.secrets import Vault
from hub.store.port import Store

KEPT = 4
"""Versions that stay loaded for the console."""


class Maker:
    """Implements `bots.shelf.Making` for one process, and lets designers speak to versions that are not live."""

    def __init__(
        self,
        store: Store,
        chest: Chest,
        encoding: Encoding,
        vault: Vault,
        clock: Clock,
        http: Callable[[], ClientSession],
    ) -> None:
        self._store = store
        self._encoding = encoding
        self._vault = vault
        self._clock = clock
        self._http = http
        self._breakers = Breakers()
        self._models = Models(chest)
        self._tried: dict[tuple[str, str], EngineBot] = {}

    async def engine(self, row: BotRow, version: VersionRow) -> Bot:
        """Load a trained version; raises what is wrong with it."""
        return await self._loaded(row, version)

    async def remote(self, row: BotRow, bots: Mapping[str, Bot]) -> Bot:
        """Make the bot that speaks to a Rasa server; its shadow stands in while the server is away.

        Who is the shadow is looked up at every turn: it is always the version that is live, loaded once.
        """
        if row.remote is None:
            raise Invalid("The bot has no server", bot=row.id, hint="Set `remote` on the bot's page.")
        find = self._secret(row)

        async def token() -> str:
            now = await self._store.get(BOTS, row.id) or row
            return await find(RASA_TOKEN) if RASA_TOKEN in now.secrets else ""

        remote, account = row.remote, Account(self._store, row.id)

        def second() -> Bot | None:
            """Return the shadow; another server would have a shadow too, without end."""
            found = bots.get(remote.shadow)
            return found if distant(found) is None else None

        bot = RasaBot(
            row.name, remote.url, self._http, token, self._breakers, instead=second, account=account,
            lines=Lines(self._store, row.id) if remote.way is Way.CALLBACK else None,
        )  # fmt: skip
        return Shadow(bot, second, Logged(row.id)) if remote.shadow else bot

    async def say(self, row: BotRow, version: VersionRow, turn: Turn) -> Thought:
        """Say one thing to a version, in a rehearsal."""
        bot = await self._console(row, version)
        return await bot.think(turn)

    async def _console(self, row: BotRow, version: VersionRow) -> EngineBot:
        """Return the version, loaded a moment ago or now: a designer says more than one thing to it."""
        key = (row.id, version.model)
        if key not in self._tried:
            bot = await self._loaded(row, version)
            while len(self._tried) >= KEPT:
                self._tried.pop(next(iter(self._tried)))
            self._tried[key] = bot
        return self._tried[key]

    async def _loaded(self, row: BotRow, version: VersionRow) -> EngineBot:
        if version.state is not State.TRAINED:
            raise WrongMove("This version is not trained", bot=row.id, version=version.number)
        trained = await self._models.get(version.model)
        if installed():
            self._encoding.start()
        return await asyncio.to_thread(EngineBot, trained, self._encoding, self._port(row))

    def _port(self, row: BotRow) -> Port:
        return Port(self._http, self._secret(row), self._clock, self._breakers)

    def _secret(self, row: BotRow) -> Secret:
        """Return who finds the secrets of a bot by name."""

        async def secret(name: str) -> str:
            now = await self._store.get(BOTS, row.id) or row
            if name not in now.secrets:
                raise NotFound(
                    "The bot has no such secret", bot=row.id, secret=name, hint="Enter it on the bot's page."
                )
            return self._vault.open(now.secrets[name], "bot", row.id, name)

        return secret
