"""A search over a million messages: rare, middling and frequent Chinese words, and two words at once."""

import asyncio
import sqlite3
from functools import partial
from pathlib import Path
from random import Random

from bench import archive, reading, words
from bench.figure import Figure, middle
from bench.plan import Plan
from bench.views import viewers
from conversations.search import Search

BARE = (
    'SELECT t._doc FROM "messages@terms+id" AS s JOIN messages AS t ON t._n = s.n WHERE s."terms" = ? '
    'ORDER BY s."id" DESC LIMIT 100'
)
BANDS = {"frequent": (20, 200), "middling": (500, 3000), "rare": (15_000, 50_000)}
"""Ranks in the vocabulary, whose frequencies fall like 1/rank."""


def measure(plan: Plan) -> list[Figure]:
    """Measure."""
    return asyncio.run(_measure(archive.folder(plan), plan))


def queries(count: int) -> dict[str, list[str]]:
    """Return words of two characters or more from each band, and pairs: frequent with frequent, middling with any."""
    random = Random(11)
    known = words.chinese().words
    bands = {name: [word for word in known[low:high] if len(word) > 1] for name, (low, high) in BANDS.items()}
    drawn = {name: random.choices(band, k=count) for name, band in bands.items()}
    drawn["two frequent"] = [" ".join(random.sample(bands["frequent"], 2)) for _ in range(count)]
    drawn["two mixed"] = [
        f"{random.choice(bands['middling'])} {random.choice(bands['frequent'])}" for _ in range(count)
    ]
    return drawn


async def _measure(folder: Path, plan: Plan) -> list[Figure]:
    connection = reading.plain(folder)
    asked = queries(max(plan.reads // 10, 4))
    everybody = viewers()
    passes, floor, by_band = [], [], dict[str, list[float]]()
    async with reading.opened(folder) as store:
        search = Search(store)
        for number in range(plan.rounds):
            viewer = everybody[number % len(everybody)]
            floor.append(reading.p50_p99(_bare(connection, asked["frequent"])))
            took = list[float]()
            for band, texts in asked.items():
                each = await reading.timed([partial(search.find, text, viewer) for text in texts])
                by_band.setdefault(band, []).extend(each)
                took += each
            passes.append(reading.p50_p99(took))
    connection.close()
    facts = {f"{band} p99": reading.p50_p99(each)[1] for band, each in by_band.items()}
    p50, p99 = (middle([each[part] for each in passes]) for part in (0, 1))
    return [
        Figure(
            name="search of Chinese words, p99", unit="ms", value=p99, goal=50, floor=middle([f[1] for f in floor]),
            floor_name="bare SELECT of 100 hits", facts={"p50": p50, **facts},
        )
    ]  # fmt: skip


def _bare(connection: sqlite3.Connection, texts: list[str]) -> list[float]:
    return reading.timed_plainly(connection, BARE, [(text,) for text in texts])
