"""A training: a job of the bot's lane that runs the training process, tells how far it is, and keeps what came of it.

job --> files of the version --> process (killed when cancelled, late or too large) --> model, report: one commit
A hub that dies in the middle leaves the job; whoever takes it up trains from the start.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
import structlog
from msgspec import Struct, structs

from bots.serving import frames
from bots.serving.child import child
from bots.serving.keeping import Chest, encoded
from bots.serving.rows import BOTS, VERSIONS, BotRow, Progress, State, VersionRow, version_id
from bots.serving.versions import TRAIN, Training
from hub.clock import Clock
from hub.errors import Conflict, Invalid, NotFound
from hub.store.port import Store, Write, put
from hub.work.engine import Engine
from hub.work.jobs import Job, Record

MODULE = "bots.training_process"
PATIENCE = 1800.0
"""Seconds for one training; 100,000 examples take some minutes."""
EVERY = 1.0
"""Seconds between two notes of progress in the store."""

Tell = Callable[[float, str], Awaitable[None]]
_log = structlog.get_logger(__name__)


class Unable(Exception):
    """It cannot be trained, and why: the same would come of another attempt."""


class Made(Struct, frozen=True, kw_only=True):
    """What a training brought."""

    model: bytes
    report: dict[str, Any]
    seconds: float


class Trainings:
    """Does the training jobs of one process, as many at once as half its processors."""

    def __init__(
        self, store: Store, chest: Chest, clock: Clock, *, patience: float = PATIENCE, module: str = MODULE
    ) -> None:
        self._module = module
        self._store = store
        self._chest = chest
        self._clock = clock
        self._patience = patience
        self._room = asyncio.Semaphore(max(1, (os.cpu_count() or 2) // 2))

    def attach(self, engine: Engine) -> None:
        """Let the engine give us its training jobs."""
        engine.register(TRAIN, self.train)

    async def train(self, body: Training, job: Job, at: datetime) -> Record:
        """Train one version; returns what records the outcome."""
        version = await self._store.get(VERSIONS, version_id(body.bot, body.number))
        if version is None or version.state is not State.TRAINING:
            return _nothing
        try:
            async with self._room:
                outcome = await self._made(version)
        except (Unable, Invalid, NotFound) as error:
            outcome = {"state": State.FAILED, "note": str(error)}
            _log.warning("bot_not_trained", bot=body.bot, version=body.number, reason=str(error))
        return lambda now: self._record(body, outcome, now)

    async def _made(self, version: VersionRow) -> dict[str, Any]:
        files = await self._chest.bring_files(version.files)
        told = self._clock.monotonic() - EVERY

        async def tell(fraction: float, stage: str) -> None:
            nonlocal told
            if self._clock.monotonic() - told >= EVERY:
                told = self._clock.monotonic()
                await self._note(version, Progress(fraction=min(1.0, max(0.0, fraction)), stage=stage[:100]))

        made = await trained(files, tell, patience=self._patience, module=self._module)
        accuracy = made.report.get("accuracy")
        return {
            "state": State.TRAINED, "model": await self._chest.keep(made.model), "size": len(made.model),
            "report": made.report, "accuracy": accuracy, "seconds": round(made.seconds, 2),
        }  # fmt: skip

    async def _note(self, version: VersionRow, progress: Progress) -> None:
        now = await self._store.get(VERSIONS, version.id)
        if now is None or now.state is not State.TRAINING:
            return
        try:
            await self._store.commit(put(VERSIONS, now, structs.replace(now, progress=progress)))
        except Conflict:
            return

    async def _record(self, body: Training, outcome: dict[str, Any], at: datetime) -> Sequence[Write]:
        version = await self._store.get(VERSIONS, version_id(body.bot, body.number))
        bot = await self._store.get(BOTS, body.bot)
        if version is None or bot is None or version.state is not State.TRAINING:
            return []
        done = structs.replace(version, progress=Progress(), trained_at=at, **outcome)
        if bot.publish_first and done.state is State.TRAINED:
            return [put(VERSIONS, version, structs.replace(done, published_at=at)), _published(bot, done)]
        return [put(VERSIONS, version, done)]


def _published(bot: BotRow, version: VersionRow) -> Write:
    return put(BOTS, bot, structs.replace(bot, live=version.number, publish_first=False))


async def _nothing(at: datetime) -> Sequence[Write]:
    return []


async def trained(files: dict[str, str], tell: Tell, *, patience: float = PATIENCE, module: str = MODULE) -> Made:
    """Train in a process of its own; raises `Unable`. Cancelled, the process is killed."""
    clock = asyncio.get_running_loop().time
    begun = clock()
    try:
        async with asyncio.timeout(patience), child(module) as process:
            assert process.stdin is not None  # noqa: S101 - it was asked for
            assert process.stdout is not None  # noqa: S101 - it was asked for
            process.stdin.write(frames.packed(b"F", await asyncio.to_thread(encoded, files)))
            model, report = await _listen(process.stdout, tell)
    except TimeoutError as error:
        raise Unable(f"Training took longer than {patience:.0f} seconds") from error
    except (ConnectionError, frames.Broken) as error:
        raise Unable("The training process broke") from error
    return Made(model=model, report=report, seconds=clock() - begun)


async def _listen(stream: asyncio.StreamReader, tell: Tell) -> tuple[bytes, dict[str, Any]]:
    model: bytes | None = None
    while (frame := await frames.receive(stream)) is not None:
        match frame:
            case b"P", body:
                await tell(*msgspec.json.decode(body, type=tuple[float, str]))
            case b"M", body:
                model = body
            case b"R", body if model is not None:
                return model, msgspec.json.decode(body, type=dict[str, Any])
            case b"X", body:
                sentence, hint = msgspec.json.decode(body, type=tuple[str, str])
                raise Unable(f"{sentence} {hint}".strip())
            case _:
                raise frames.Broken
    raise Unable("The training process ended early: it may have had too little memory")
