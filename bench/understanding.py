"""How quickly a bot understands, by words and with the sentence encoder: processor time, next to a bot of one sentence.

A sentence counts by the least of its rounds: neighbours that empty the caches cost processor time too.
YIZHAN_BENCH_PROJECT names the folder of another Rasa project, and YIZHAN_BENCH_SAID a file of sentences, one a line.
"""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import structs
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it ships no types

from bench.figure import Figure, percentile
from bench.plan import Plan
from bots.nlu.encoder import Encoder, load
from bots.nlu.training import train
from bots.nlu.understanding import Understanding
from bots.project.folder import texts
from bots.project.model import Project
from bots.project.reading import read

LIBRARY = Path(__file__).resolve().parent.parent / "bots" / "library"
PROJECT, SAID = "YIZHAN_BENCH_PROJECT", "YIZHAN_BENCH_SAID"


def measure(plan: Plan) -> list[Figure]:
    """Measure."""
    threadpool_limits(1)
    project, encoder = read(texts(Path(os.environ.get(PROJECT, LIBRARY / "water" / "zh")))), load()
    words, empty = train(project, None), train(_first(project, 1), None)
    said = _said(project, plan.reads)
    found = [_parsed("understand a sentence by words, p50", 0.2, words, empty, said, None, plan)]
    if encoder is not None:
        found.append(_parsed("and with its vector, p50", 3.0, train(project, encoder), empty, said, encoder, plan))
    return found


def _said(project: Project, count: int) -> list[str]:
    """Return sentences that are nearly the bot's own: none of them is found among its examples."""
    path = os.environ.get(SAID)
    if path:
        return Path(path).read_text(encoding="utf-8").splitlines()[:count]
    return [f"那个{example.text}来着" for example in project.nlu.examples][:count]


def _parsed(
    name: str, goal: float, bot: Understanding, empty: Understanding, said: Sequence[str], encoder: Encoder | None,
    plan: Plan,
) -> Figure:  # fmt: skip
    def whole(text: str) -> None:
        bot.parse(text, None if encoder is None else encoder.encode([text])[0])

    floors, took = list[list[float]](), list[list[float]]()
    for _ in range(plan.rounds):
        floors.append(_timed(empty.parse, said))
        took.append(_timed(whole, said))
    least = [min(times) for times in zip(*took, strict=True)]
    wanted = sum(bot.wants_vector(text) for text in said) / len(said)
    return Figure(
        name=name, unit="ms CPU", value=percentile(least, 0.5), goal=goal, floor_name="one sentence",
        floor=percentile([min(times) for times in zip(*floors, strict=True)], 0.5),
        facts={
            "p99": percentile(least, 0.99),
            "p50 of all rounds": percentile([one for each in took for one in each], 0.5),
            "part that wants a vector": round(wanted, 3),
        },
    )  # fmt: skip


def _timed(understand: Callable[[str], object], said: Sequence[str]) -> list[float]:
    took = []
    for text in said:
        begun = time.thread_time()
        understand(text)
        took.append((time.thread_time() - begun) * 1000)
    return took


def _first(project: Project, count: int) -> Project:
    """Return a project with its first examples alone."""
    return structs.replace(project, nlu=structs.replace(project.nlu, examples=project.nlu.examples[:count]))
