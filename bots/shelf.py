"""The bots that are there to answer, by id: FAQ files of a folder, and what was published; changed without a stop.

row says `live: 7` --> blob --> checked, unpacked in a thread --> one pointer moves; a turn in hand keeps its bot
A bot that does not load never stops the others: it answers with its fault, and its conversations go to people.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import structlog

from bots.contract import Answer, Bot, Turn
from bots.definition import load
from bots.faq import FaqBot
from bots.serving.rows import BOTS, VERSIONS, BotKind, BotRow, VersionRow, version_id
from hub.errors import HubError, Invalid, NotFound, TryLater
from hub.model import Part, Text
from hub.store.port import By, Present, Store

LIBRARY = Path(__file__).parent / "library"
MOST = 1000
SORRY = {
    "zh": "抱歉，智能客服暂时无法回答，正在为您转接人工客服。",
    "en": "Sorry, the assistant cannot answer right now. We are passing you on to a colleague.",
}

_log = structlog.get_logger(__name__)


class Making(Protocol):
    """How a row becomes a bot; the server knows the engine, the actions and Rasa."""

    async def engine(self, row: BotRow, version: VersionRow) -> Bot:
        """Load a trained version; raises what is wrong with it."""
        ...

    async def remote(self, row: BotRow, bots: Mapping[str, Bot]) -> Bot:
        """Make the bot that speaks to a Rasa server; `bots` are all there are, as they are when it looks."""
        ...


def stock(*folders: Path) -> Mapping[str, Bot]:
    """Load every `*.yml` of the folders; the file's stem is the bot's id, and a later folder wins."""
    bots: dict[str, Bot] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.yml")):
            try:
                bots[path.stem] = FaqBot(load(path))
            except Invalid as error:
                _log.error("bot_refused", bot=path.stem, reason=error.message, where=error.path, hint=error.hint)
    return bots


class Loading:
    """Stands where a bot will be in a moment: whoever speaks to it meanwhile is answered by that bot."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._bot: asyncio.Future[Bot] = asyncio.get_running_loop().create_future()

    def ready(self, bot: Bot) -> None:
        """Let those who wait go on."""
        if not self._bot.done():
            self._bot.set_result(bot)

    async def answer(self, turn: Turn) -> Answer:
        """Answer as the bot does that is being loaded."""
        bot = await asyncio.shield(self._bot)
        return await bot.answer(turn)

    def greeting(self, language: str) -> Sequence[Part]:
        """Return nothing: it does not know yet."""
        return ()

    def excuse(self, language: str) -> Sequence[Part]:
        """Return words of the house."""
        return sorry(language)


class Broken:
    """A bot that could not be loaded: every turn of it goes to a person."""

    def __init__(self, name: str, error: HubError) -> None:
        self.name = name
        self._error = error

    async def answer(self, turn: Turn) -> Answer:
        """Raise what is wrong with it."""
        raise Invalid(self._error.message, hint=self._error.hint)

    def greeting(self, language: str) -> Sequence[Part]:
        """Return nothing."""
        return ()

    def excuse(self, language: str) -> Sequence[Part]:
        """Return words of the house."""
        return sorry(language)


def sorry(language: str) -> Sequence[Part]:
    """Return what a customer hears when a bot is not there."""
    return (Text(body=SORRY["en" if language.lower().startswith("en") else "zh"]),)


class Shelf(Mapping[str, Bot]):
    """Every bot that answers. A published bot stands before a FAQ file of the same id."""

    def __init__(self, files: Mapping[str, Bot], store: Store, making: Making) -> None:
        self.files = files
        self._store = store
        self._making = making
        self._live: dict[str, Bot] = {}
        self._loaded: dict[str, tuple[int, str]] = {}
        """Which version, or which edition of a Rasa row, each live bot was made of."""
        self._faults: dict[str, str] = {}
        self._turn = asyncio.Lock()

    def __getitem__(self, id: str) -> Bot:
        """Return the bot; raises `KeyError`."""
        return self._live[id] if id in self._live else self.files[id]

    def __iter__(self) -> Iterator[str]:
        """Give the ids."""
        return iter({**self.files, **self._live})

    def __len__(self) -> int:
        """Return how many bots there are."""
        return len({**self.files, **self._live})

    def fault(self, id: str) -> str:
        """Say why a bot does not answer as it should, or nothing."""
        return self._faults.get(id, "")

    def version(self, id: str) -> int | None:
        """Return which version answers here."""
        return self._loaded[id][0] if id in self._loaded else None

    async def current(self, id: str) -> Bot | None:
        """Return the bot that answers from now on: what was published anywhere holds for the next turn everywhere.

        News of it (`server/workshop.py`) only lets it be loaded before a customer has to wait for that.
        """
        row = await self._store.get(BOTS, id)
        wanted = _edition(row) if row is not None and row.live is not None else None
        if self._loaded.get(id) != wanted:
            await self.look(id)
        return self.get(id)

    async def open(self) -> None:
        """Put a place holder for every live bot: its models are loaded after the door is open."""
        for row in await self._rows():
            self._live[row.id] = Loading(row.name)

    async def refresh(self) -> None:
        """Look at every row: load what is new, take away what is gone."""
        rows = await self._rows()
        for id in set(self._live) - {row.id for row in rows}:
            await self.look(id)
        for row in rows:
            await self.look(row.id)

    async def look(self, id: str) -> None:
        """Look at one row, and let what it says answer from now on."""
        async with self._turn:
            row = await self._store.get(BOTS, id)
            if row is None or row.live is None:
                self._take_away(id)
            elif self._loaded.get(id) != (made := _edition(row)):
                await self._load(row, made)

    async def tried(self, row: BotRow, version: VersionRow) -> Bot:
        """Load a version without letting it answer; raises what is wrong with it."""
        return await self._making.engine(row, version)

    async def _load(self, row: BotRow, made: tuple[int, str]) -> None:
        try:
            bot = await self._made(row)
        except TryLater as error:
            self._faults[row.id] = str(error)
            _log.warning("bot_not_loaded_yet", bot=row.id, reason=error.code)
            return
        except Exception as error:  # noqa: BLE001 - foreign data; whatever is wrong with it stops this bot alone
            told = error if isinstance(error, HubError) else Invalid(f"The model cannot be read: {error!r}"[:300])
            _log.error("bot_not_loaded", bot=row.id, version=row.live, reason=told.message, exc_info=error)
            self._faults[row.id] = str(told)
            self._put(row.id, Broken(row.name, told), made)
            return
        self._faults.pop(row.id, None)
        self._put(row.id, bot, made)
        _log.info("bot_live", bot=row.id, version=row.live)

    async def _made(self, row: BotRow) -> Bot:
        if row.kind is BotKind.RASA:
            return await self._making.remote(row, self)
        version = await self._store.get(VERSIONS, version_id(row.id, row.live or 0))
        if version is None:
            raise NotFound("The published version is gone", bot=row.id, version=row.live)
        return await self._making.engine(row, version)

    def _put(self, id: str, bot: Bot, made: tuple[int, str]) -> None:
        before = self._live.get(id)
        self._live[id] = bot
        self._loaded[id] = made
        if isinstance(before, Loading):
            before.ready(bot)

    def _take_away(self, id: str) -> None:
        before = self._live.pop(id, None)
        self._loaded.pop(id, None)
        self._faults.pop(id, None)
        if isinstance(before, Loading):
            gone = NotFound("The bot is gone", bot=id)
            before.ready(self.files.get(id) or Broken(before.name, gone))

    async def _rows(self) -> list[BotRow]:
        return await self._store.find(BOTS, Present("live"), order=(By("live"), By("id")), limit=MOST)


def _edition(row: BotRow) -> tuple[int, str]:
    """Return what changes when another bot answers: the version; of a Rasa bot every change of its row."""
    return row.live or 0, f"{row.version}" if row.kind is BotKind.RASA else row.name
