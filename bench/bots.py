"""Bots as they are kept: fifty loaded in one process, a thousand examples trained, published while customers speak.

Memory and training are measured in a process of their own (`python -m bench.bots memory MODEL NUMBER`). The utility
bot in Chinese stands for every bot.
"""

import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import uvloop
from msgspec import Struct, structs

from bench.figure import Figure, middle
from bench.plan import Plan
from bench.turns import TALK, Obliging
from bots.contract import Bot, Turn
from bots.engine import EngineBot
from bots.nlu import encoder
from bots.nlu.training import train
from bots.project.folder import texts
from bots.project.reading import read
from bots.serving.child import environment
from bots.serving.keeping import Chest
from bots.serving.models import Models
from bots.serving.rows import BOTS, ROWS, VERSIONS, BotRow, State, VersionRow, version_id
from bots.shelf import LIBRARY, Shelf
from bots.trained import pack, trained_of, unpack
from hub.blobs import Blobs
from hub.model import Text
from hub.store.port import Insert, put
from hub.store.sqlite import SqliteStore
from server.shelf import BlobShelf

BOTS_LOADED = 50
EXAMPLES = 1000
PUBLISHES = 5
AT = datetime(2026, 11, 1, tzinfo=UTC)
MB = 1024


class Spoken(Struct, frozen=True, kw_only=True):
    """Turns that were begun and answered while bots were published, and the longest stand-still in milliseconds."""

    begun: int
    answered: int
    block: float


def measure(plan: Plan) -> list[Figure]:
    """Measure."""
    project = read(texts(LIBRARY / "water" / "zh"))
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "water.model"
        model.write_bytes(pack(trained_of(project, train(project, None))))
        shared = _told("shared", str(model), str(BOTS_LOADED))
        full, bare = _told("memory", str(model), str(BOTS_LOADED)), _told("memory", str(model), "0")
        spoken = uvloop.run(_published(Path(folder) / "published", model.read_bytes(), plan))
    took = [_told("train", "encoder") for _ in range(plan.rounds)]
    plain = [_told("train", "plain") for _ in range(plan.rounds)]
    return [
        Figure(name="50 bots loaded", unit="MB", value=full, goal=1024, floor=bare, floor_name="no bot",
               facts={"MB a bot": (full - bare) / BOTS_LOADED, "MB, all of one version": shared}),
        Figure(name="1,000 examples trained", unit="s", value=middle(took), goal=5, floor=middle(plain),
               floor_name="without encoder"),
        Figure(name="turns answered while publishing", unit="%", value=100 * spoken.answered / spoken.begun, goal=100,
               better="higher", floor=100, floor_name="no publishing",
               facts={"turns": spoken.begun, "longest block, ms": spoken.block}),
    ]  # fmt: skip


def _told(*asked: str) -> float:
    """Return what a process of its own measured: one thread, as the training process of a hub has it."""
    command = [sys.executable, "-m", "bench.bots", *asked]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment()).stdout)


def _training(with_encoder: encoder.Encoder | None) -> float:
    """Return the seconds of one training of the first thousand examples, the encoder loaded."""
    project = read(texts(LIBRARY / "water" / "zh"))
    nlu = structs.replace(project.nlu, examples=project.nlu.examples[:EXAMPLES])
    began = time.perf_counter()
    train(structs.replace(project, nlu=nlu), with_encoder)
    return time.perf_counter() - began


def _memory(model: Path, number: int) -> float:
    """Return the most memory, in MB, of this process once it has loaded the model so often."""
    data = model.read_bytes()
    bots = [EngineBot(unpack(data), None, Obliging()) for _ in range(number)]
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB if len(bots) == number else 0.0


async def _shared(model: Path, number: int) -> float:
    """Return the same of that many bots of one version, loaded as a hub loads them."""
    with tempfile.TemporaryDirectory() as folder:
        chest = Chest(BlobShelf(Blobs(Path(folder))))
        hash = await chest.keep(await asyncio.to_thread(model.read_bytes))
        models = Models(chest)
        bots = [EngineBot(await models.get(hash), None, Obliging()) for _ in range(number)]
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB if len(bots) == number else 0.0


async def _published(folder: Path, model: bytes, plan: Plan) -> Spoken:
    """Let customers speak at the plan's rate while two versions take turns at being live."""
    await asyncio.to_thread(folder.mkdir)
    store = SqliteStore(folder / "hub.db")
    await store.open(ROWS)
    chest = Chest(BlobShelf(Blobs(folder / "blobs")))
    hash = await chest.keep(model)
    await store.commit(
        *(Insert(VERSIONS, _version(number, hash)) for number in (1, 2)),
        Insert(BOTS, BotRow(id="water", name="Water", live=1, made_at=AT)),
    )
    shelf = Shelf({}, store, _Loads(chest))
    await shelf.refresh()
    publishing = asyncio.create_task(_publish(store, shelf))
    spoken = await _speak(shelf, plan, publishing)
    await store.close()
    return spoken


async def _publish(store: SqliteStore, shelf: Shelf) -> None:
    for number in range(PUBLISHES):
        row = await store.get(BOTS, "water")
        if row is not None:
            await store.commit(put(BOTS, row, structs.replace(row, live=1 + (number + 1) % 2)))
        await shelf.look("water")


async def _speak(shelf: Shelf, plan: Plan, until: "asyncio.Task[None]") -> Spoken:
    begun, block, last = list[asyncio.Task[object]](), 0.0, time.perf_counter()
    while not until.done() or len(begun) < plan.per_second:
        turn = Turn(
            conversation=f"c{len(begun)}", channel="webchat", profile="p", name="", language="zh", seq=1,
            parts=(Text(body=TALK[0]),), text=TALK[len(begun) % len(TALK)], at=AT,
        )  # fmt: skip
        begun.append(asyncio.create_task(shelf["water"].answer(turn)))
        await asyncio.sleep(1 / plan.per_second)
        now = time.perf_counter()
        block, last = max(block, now - last - 1 / plan.per_second), now
    answers = await asyncio.gather(*begun, return_exceptions=True)
    good = sum(not isinstance(answer, BaseException) for answer in answers)
    return Spoken(begun=len(begun), answered=good, block=block * 1000)


class _Loads:
    """Loads models as the server does, without actions."""

    def __init__(self, chest: Chest) -> None:
        self._chest = chest

    async def engine(self, row: BotRow, version: VersionRow) -> Bot:
        trained = await asyncio.to_thread(unpack, await self._chest.bring(version.model))
        return await asyncio.to_thread(EngineBot, trained, None, Obliging())

    async def remote(self, row: BotRow, bots: Mapping[str, Bot]) -> Bot:
        raise NotImplementedError


def _version(number: int, hash: str) -> VersionRow:
    return VersionRow(
        id=version_id("water", number), bot="water", number=number, files="", model=hash, state=State.TRAINED,
        made_at=AT,
    )  # fmt: skip


def _measured(what: str, *told: str) -> float:
    if what == "shared":
        return asyncio.run(_shared(Path(told[0]), int(told[1])))
    if what == "memory":
        return _memory(Path(told[0]), int(told[1]))
    return _training(encoder.load() if told[0] == "encoder" else None)


if __name__ == "__main__":
    print(f"{_measured(*sys.argv[1:]):.3f}")
