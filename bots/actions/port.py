"""Every action by its name: built in, behind a signed webhook, or on an action server; each of those with a breaker.

name -> declared (yizhan.yml) -> built in: done here
                              -> lookup, webhook, sdk: breaker of that server -> one bounded call
     -> else action_endpoint  -> sdk
     -> else nobody           -> Failed: the dialogue hands over
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from urllib.parse import urlsplit

import structlog
from aiohttp import ClientSession

from bots.actions import sdk
from bots.actions.builtin import attribute_set, handed_over, labelled, looked_up
from bots.actions.calling import Unanswered
from bots.actions.declared import Declared, Doing, HandOver, Hook, LookUp, PutLabel, Sdk, SetAttribute, declared
from bots.actions.webhook import Question, Secret, Signed
from bots.dialogue.actions import Done, Failed, Told
from bots.project.model import Json, Project
from hub.breaker import Breaker
from hub.clock import Clock
from hub.errors import HubError, Invalid

log = structlog.get_logger(__name__)


class Breakers:
    """One circuit for each server, shared by every bot of a process: who is away is not waited for again and again."""

    def __init__(self) -> None:
        self._circuits: dict[str, Breaker] = {}

    def enter(self, server: str, at: datetime) -> None:
        """Let a call begin; raises `Failed` while the server is believed to be away."""
        circuit = self._circuits.get(server, Breaker())
        if circuit.until is not None and (circuit.probing or at < circuit.until):
            raise Failed("The server is away, and is not asked for now", server=server)
        self._circuits[server] = circuit.entered()

    def answered(self, server: str) -> None:
        """It answered, whatever it said."""
        self._circuits[server] = self._circuits[server].answered()

    def failed(self, server: str, at: datetime) -> None:
        """It did not answer, or as no server should."""
        self._circuits[server] = self._circuits[server].failed(at)

    def left(self, server: str) -> None:
        """The call was cut from our side."""
        self._circuits[server] = self._circuits[server].left()


class Port:
    """Implements `bots.dialogue.actions.Actions` for one bot.

    `http` gives the hub's guarded session when a call is made (it is opened after the bots are); `secret` finds the
    secrets of this bot by name.
    """

    def __init__(self, http: Callable[[], ClientSession], secret: Secret, clock: Clock, breakers: Breakers) -> None:
        self._http = http
        self._secret = secret
        self._clock = clock
        self._breakers = breakers

    async def run(self, name: str, tracker: Told, project: Project) -> Done:
        """Run the action; raises `Rejected` or `Failed`."""
        known, doing = _found(name, project)
        match doing:
            case HandOver() | SetAttribute() | PutLabel():
                return _built_in(doing, _slots(tracker))
            case LookUp():
                return await self._guarded(name, doing.url, lambda: self._look_up(name, doing, tracker, known))
            case Hook():
                return await self._guarded(
                    name, doing.url,
                    lambda: Signed(self._http(), self._secret).run(
                        doing.url, doing.secret, name, tracker, project, at=self._clock.now(), seconds=known.seconds
                    ),
                )  # fmt: skip
            case Sdk():
                return await self._guarded(
                    name, doing.url,
                    lambda: sdk.run(self._http(), doing.url, name, tracker, project, seconds=known.seconds),
                )  # fmt: skip

    async def _look_up(self, name: str, doing: LookUp, tracker: Told, known: Declared) -> Done:
        told = tracker.to_rasa()
        slots = {slot: _slots(tracker).get(slot) for slot in doing.send}
        question = Question(action=name, conversation=str(told.get("sender_id", "")), slots=slots)
        signed = Signed(self._http(), self._secret)
        found = await signed.look_up(doing.url, doing.secret, question, at=self._clock.now(), seconds=known.seconds)
        return looked_up(doing, found)

    async def _guarded(self, name: str, url: str, call: Callable[[], Awaitable[Done]]) -> Done:
        """Make the call, and learn from it whether the server is there."""
        server = urlsplit(url).netloc
        self._breakers.enter(server, self._clock.now())
        try:
            done = await call()
        except Unanswered as error:
            self._breakers.failed(server, self._clock.now())
            log.warning("action_unanswered", action=name, server=server, reason=error.message)
            raise
        except HubError as error:
            self._breakers.answered(server)
            log.info("action_failed", action=name, server=server, reason=error.code, why=error.message)
            raise
        except BaseException:
            self._breakers.left(server)
            raise
        self._breakers.answered(server)
        return done


class Rehearsing:
    """Actions of a rehearsal: the built-in ones, which change nothing by themselves; anybody else is not asked."""

    async def run(self, name: str, tracker: Told, project: Project) -> Done:
        """Run a built-in action; raises `Failed` for one that would be a call."""
        _, doing = _found(name, project)
        match doing:
            case HandOver() | SetAttribute() | PutLabel():
                return _built_in(doing, _slots(tracker))
            case LookUp() | Hook() | Sdk():
                raise Failed("Nobody is called in a rehearsal", action=name)


def _found(name: str, project: Project) -> tuple[Declared, Doing]:
    try:
        known = declared(project.config.yizhan)
    except Invalid as error:
        raise Failed(error.message, path=error.path, hint=error.hint) from error
    doing = known.of(name, project)
    if doing is None:
        raise Failed("Nobody does this action", action=name, hint="Set `action_endpoint`, or `actions` of yizhan.yml.")
    return known, doing


def _built_in(doing: HandOver | SetAttribute | PutLabel, slots: Mapping[str, Json]) -> Done:
    match doing:
        case HandOver():
            return handed_over(doing, slots)
        case SetAttribute():
            return attribute_set(doing, slots)
        case PutLabel():
            return labelled(doing, slots)


def _slots(tracker: Told) -> Mapping[str, Json]:
    slots = tracker.to_rasa().get("slots")
    return slots if isinstance(slots, Mapping) else {}
