"""A bot whose mind is a Rasa server: one call a turn, with a breaker, and somebody who stands in.

Turn -> breaker -> (back from a person: told of it) ------> POST /webhooks/rest/webhook -> reactions
                                                         | POST /webhooks/callback/webhook -> `lines.py` -> reactions
     \\-> away, too slow, nonsense -> the bot that stands in, or a hand-over

Over the callback channel the answer comes in by the hub's own door, to any of its processes, while the call waits.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
import structlog
from aiohttp import ClientSession
from msgspec import structs

from bots.actions.calling import post
from bots.actions.port import Breakers
from bots.contract import Answer, Bot, Handoff, Reaction, Second, Silence, Turn
from bots.dialogue.actions import Failed
from bots.rasa import wire
from bots.rasa.lines import Lines
from bots.rasa.owing import LEAVE, Account
from bots.shelf import sorry
from hub.model import Part

SECONDS = 8.0
"""What one turn may take; a turn's own patience is a little longer (`bots/turns.py`)."""
REMEMBERED = 2000
"""Answers kept: the hub may ask a turn again after a lost race, and Rasa would hear the sentence twice."""
HANDED = "handed_over"
INSTEAD = "instead."
"""Before the names of what the bot that stands in remembers."""
_log = structlog.get_logger(__name__)


class RasaBot:
    """Implements `bots.contract.Bot`. `token` gives the server's token when a call is made, "" for none.

    With `lines` it is asked over the callback channel, else over REST; `account` knows what its tracker was not told.
    """

    def __init__(
        self, name: str, url: str, http: Callable[[], ClientSession], token: Callable[[], Awaitable[str]],
        breakers: Breakers, *, instead: Second | None = None, seconds: float = SECONDS,
        lines: Lines | None = None, account: Account | None = None,
    ) -> None:  # fmt: skip
        self.name = name
        self._url = url.rstrip("/")
        self._http = http
        self._token = token
        self._breakers = breakers
        self._instead = instead
        self._seconds = seconds
        self._lines = lines
        self._account = account
        self._given: OrderedDict[tuple[str, int], Answer] = OrderedDict()

    async def answer(self, turn: Turn) -> Answer:
        """Ask the server, or whoever stands in; raises `Failed` when there is nobody (a person takes over)."""
        if turn.rehearsal or turn.reminder is not None:
            return Answer(reactions=(Silence(),), memory=turn.memory)  # a server cannot be asked without being told
        known = self._given.get((turn.conversation, turn.seq))
        if known is not None:
            return known
        try:
            answer = await self._asked(turn)
        except Failed as error:
            _log.warning("rasa_failed", bot=self.name, conversation=turn.conversation, reason=error.message)
            other = self._instead() if self._instead is not None else None
            if other is None:
                raise
            return await self._stood_in(other, turn)
        self._given[turn.conversation, turn.seq] = answer
        if len(self._given) > REMEMBERED:
            self._given.popitem(last=False)
        return answer

    def greeting(self, language: str) -> Sequence[Part]:
        """Return nothing: a Rasa server greets when it is spoken to."""
        return ()

    def excuse(self, language: str) -> Sequence[Part]:
        """Return words of the house."""
        return sorry(language)

    async def _asked(self, turn: Turn) -> Answer:
        await self._catch_up(turn)
        reactions = await (self._rest(turn) if self._lines is None else self._called_back(self._lines, turn))
        over = any(isinstance(one, Handoff) for one in reactions)
        return Answer(reactions=reactions, memory={HANDED: "1"} if over else {})

    async def tell(self, conversation: str, events: Sequence[dict[str, Any]], at: datetime) -> None:
        """Append events, in Rasa's JSON, to the server's tracker, if there are any; raises `Failed`."""
        if events:
            await self._post(f"/conversations/{quote(conversation, safe='')}/tracker/events", events, at)

    async def _catch_up(self, turn: Turn) -> None:
        """Tell what the tracker does not know yet of the time when people had the conversation."""
        if self._account is None:
            if turn.memory.get(HANDED):
                await self.tell(turn.conversation, LEAVE, turn.at)
            return
        while (due := await self._account.due(turn.conversation)) is not None:
            await self.tell(turn.conversation, due.events, turn.at)
            await self._account.settle(turn.conversation, due)

    async def _rest(self, turn: Turn) -> tuple[Reaction, ...]:
        told = {"sender": turn.conversation, "message": turn.text, "input_channel": turn.channel.partition(":")[0],
                "metadata": _metadata(turn)}  # fmt: skip
        return wire.read(await self._post("/webhooks/rest/webhook", told, turn.at))

    async def _called_back(self, lines: Lines, turn: Turn) -> tuple[Reaction, ...]:
        """Ask, and take what came in by the door meanwhile: also the half of an answer, and that of an earlier try.

        This channel hears the sender and the sentence only (rasa 3.6.21 drops metadata and input_channel).
        """
        failure = Failed("Rasa called nothing back: it has no answer, or does not know our address")
        if await lines.ask(turn.conversation, turn.seq):
            told = {"sender": turn.conversation, "message": turn.text}
            try:
                await self._post("/webhooks/callback/webhook", told, turn.at)
            except Failed as error:
                failure = error
        reactions = await lines.end(turn.conversation, turn.seq)
        if not reactions:
            raise failure
        return reactions

    async def _stood_in(self, bot: Bot, turn: Turn) -> Answer:
        """Let the other bot answer, which remembers in a corner of its own."""
        own = {name.removeprefix(INSTEAD): value for name, value in turn.memory.items() if name.startswith(INSTEAD)}
        answer = await bot.answer(structs.replace(turn, memory=own))
        kept = {name: value for name, value in turn.memory.items() if not name.startswith(INSTEAD)}
        memory = {**kept, **{f"{INSTEAD}{name}": value for name, value in answer.memory.items()}}
        return structs.replace(answer, memory=memory)

    async def _post(self, path: str, told: object, at: datetime) -> bytes:
        """Make one guarded call; raises `Failed`."""
        server = urlsplit(self._url).netloc
        token = await self._token()
        query = "?token=" + quote(token, safe="") if token else ""
        url = f"{self._url}{path}{query}"
        self._breakers.enter(server, at)
        try:
            reply = await post(self._http(), url, msgspec.json.encode(told), seconds=self._seconds)
        except Failed:
            self._breakers.failed(server, at)
            raise
        except BaseException:
            self._breakers.left(server)
            raise
        if reply.status >= 500:
            self._breakers.failed(server, at)
            raise Failed("Rasa failed inside", status=reply.status)
        self._breakers.answered(server)
        if reply.status != 200:
            raise Failed(
                "Rasa refuses the call", status=reply.status, hint="Look at the bot's `token`, and --enable-api."
            )
        return reply.body


def _metadata(turn: Turn) -> dict[str, object]:
    """Return what stands in `latest_message.metadata` and in the slot session_started_metadata."""
    return {"channel": turn.channel, "language": turn.language, "name": turn.name, "seq": turn.seq,
            "labels": list(turn.labels), "attributes": turn.attributes}  # fmt: skip
