"""A whole turn of the built-in bot, two hundred a second in one process, beside a bot that does nothing.

due --> EngineBot.answer (understanding, dialogue, tracker written down) --> answered; a ticker sees how long the loop
stood still. The utility bot in Chinese, without encoder; its actions answer at once.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import uvloop
from msgspec import Struct

from bench.figure import Figure, middle, percentile
from bench.plan import Plan
from bots.contract import Answer, Silence, Turn
from bots.dialogue.actions import Done, Told
from bots.engine import EngineBot
from bots.nlu.training import train
from bots.project.folder import texts
from bots.project.model import Project
from bots.project.reading import read
from bots.shelf import LIBRARY
from bots.trained import trained_of
from hub.model import Part, Text

TALK = (
    "你好", "我想查一下水费", "户号是1023456789", "周末营业厅开门吗", "尾号8000", "谢谢", "家里漏水了",
    "阳光路18号2栋501", "电话是13800138000", "不对，电话是13912345678", "明天上午", "对",
    "随便说点什么听不懂的话", "算了", "再见",
)  # fmt: skip
TICK = 0.001
STARTED = datetime(2026, 12, 1, 8, tzinfo=UTC)


class Run(Struct, frozen=True, kw_only=True):
    """One run, in milliseconds: each turn from when it was due, its time on the processor, the longest stand-still."""

    took: Sequence[float]
    used: Sequence[float]
    block: float


class Obliging:
    """Does every action at once, and brings nothing."""

    async def run(self, name: str, tracker: Told, project: Project) -> Done:
        """Bring nothing."""
        return Done()


class Empty:
    """The floor: a bot that says nothing."""

    name = "Empty"

    async def answer(self, turn: Turn) -> Answer:
        """Say nothing."""
        return Answer(reactions=(Silence(),), memory=turn.memory)

    def greeting(self, language: str) -> Sequence[Part]:
        """Say nothing."""
        return ()

    def excuse(self, language: str) -> Sequence[Part]:
        """Say nothing."""
        return ()


def measure(plan: Plan) -> list[Figure]:
    """Measure."""
    project = read(texts(LIBRARY / "water" / "zh"))
    bot = EngineBot(trained_of(project, train(project, None)), None, Obliging())
    floors, runs = list[Run](), list[Run]()
    for _ in range(plan.rounds):
        floors.append(uvloop.run(_run(Empty(), plan)))
        runs.append(uvloop.run(_run(bot, plan)))
    took, floor = ([percentile(one.took, 0.5) for one in several] for several in (runs, floors))
    facts = {
        "p99": middle([percentile(one.took, 0.99) for one in runs]),
        "cpu p50": middle([percentile(one.used, 0.5) for one in runs]),
        "cpu p99": middle([percentile(one.used, 0.99) for one in runs]),
        "cpu max": middle([max(one.used) for one in runs]),
        "turns/s": plan.per_second,
    }
    return [
        Figure(name="bot turn, p50", unit="ms", value=middle(took), goal=5, floor=middle(floor),
               floor_name="empty engine", facts=facts),
        Figure(name="bot turn, longest block", unit="ms", value=middle([one.block for one in runs]), goal=20,
               floor=middle([one.block for one in floors]), floor_name="empty engine"),
    ]  # fmt: skip


async def _run(bot: EngineBot | Empty, plan: Plan) -> Run:
    """Let conversations speak one after the other, each turn when it is due whether the last is done or not."""
    took, used = list[float](), list[float]()
    stop = asyncio.Event()
    ticker = asyncio.create_task(_longest(stop))
    count = int(plan.seconds * plan.per_second)
    memories: dict[str, dict[str, str]] = {}
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            due = began + number / plan.per_second
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            due = min(due, time.perf_counter())  # a timer may be a little early
            group.create_task(_turn(bot, number, plan.per_second, memories, due, took, used))
    stop.set()
    return Run(took=took, used=used, block=await ticker)


async def _turn(
    bot: EngineBot | Empty, number: int, talkers: int, memories: dict[str, dict[str, str]], due: float,
    took: list[float], used: list[float],
) -> None:  # fmt: skip
    id, said = f"c{number % talkers}", TALK[number // talkers % len(TALK)]
    turn = Turn(
        conversation=id, channel="webchat", profile=id, name="", language="zh", seq=number // talkers + 1,
        parts=(Text(body=said),), text=said, memory=memories.get(id, {}), at=STARTED + timedelta(seconds=number),
    )  # fmt: skip
    before = time.thread_time()
    answer = await bot.answer(turn)
    used.append((time.thread_time() - before) * 1000)
    memories[id] = answer.memory
    took.append((time.perf_counter() - due) * 1000)


async def _longest(stop: asyncio.Event) -> float:
    """Return the longest time, in milliseconds, that the loop did not come round."""
    longest, last = 1e-6, time.perf_counter()
    while not stop.is_set():
        await asyncio.sleep(TICK)
        now = time.perf_counter()
        longest, last = max(longest, now - last - TICK), now
    return longest * 1000
