"""A page of every view of the inbox, first and further pages, a million messages stored: by the API's service."""

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from bench import archive, reading
from bench.figure import Figure, middle
from bench.history import AGENTS, TEAMS
from bench.plan import Plan
from conversations.lists import Lists

BARE = 'SELECT _doc FROM conversations WHERE "state" = ? ORDER BY "last_at:time" DESC, "id" DESC LIMIT 51'
VIEWS = ("mine", "offered", "mentions", "unassigned", "all", "bot", "snoozed", "closed")
PAGES = 3


class Eyes(Struct, frozen=True, kw_only=True):
    """Somebody who looks (`conversations.views.Viewer`)."""

    user: str
    teams: tuple[str, ...] = ()
    sees_all: bool = False


def viewers() -> list[Eyes]:
    """Return an administrator and agents of two teams each."""
    agents = [
        Eyes(user=f"agent-{number}", teams=(f"team-{number % TEAMS}", f"team-{(number + 1) % TEAMS}"))
        for number in range(0, AGENTS, 5)
    ]
    return [Eyes(user="boss", sees_all=True), *agents]


def measure(plan: Plan) -> list[Figure]:
    """Measure."""
    return asyncio.run(_measure(archive.folder(plan), plan))


async def _measure(folder: Path, plan: Plan) -> list[Figure]:
    connection = reading.plain(folder)
    by_view: dict[str, list[float]] = {}
    passes, floor = [], []
    async with reading.opened(folder) as store:
        for _ in range(plan.rounds):
            floor.append(reading.p50_p99(_bare(connection, plan.reads // 10)))
            seen = await _look(Lists(store), plan.reads)
            passes.append(reading.p50_p99([took for several in seen.values() for took in several]))
            for view, several in seen.items():
                by_view.setdefault(view, []).extend(several)
    connection.close()
    facts = {f"{view} p99": reading.p50_p99(several)[1] for view, several in by_view.items()}
    p50, p99 = (middle([each[part] for each in passes]) for part in (0, 1))
    return [
        Figure(
            name="inbox view page, p99", unit="ms", value=p99, goal=20, floor=middle([each[1] for each in floor]),
            floor_name="bare SELECT", facts={"p50": p50, **facts},
        )
    ]  # fmt: skip


async def _look(lists: Lists, count: int) -> dict[str, list[float]]:
    """Turn pages as people do: a view, and sometimes on and on."""
    took: dict[str, list[float]] = {}
    done = 0
    while done < count:
        for eyes in viewers():
            for view in (*VIEWS, *(f"team:{team}" for team in eyes.teams[:1])):
                pages = await _turn_pages(lists, view, eyes)
                took.setdefault(view.partition(":")[0], []).extend(pages)
                done += len(pages)
    return took


async def _turn_pages(lists: Lists, view: str, eyes: Eyes) -> Sequence[float]:
    took, after = list[float](), None
    for _ in range(PAGES):
        cursor: list[str | None] = []

        async def look(after: str | None = after, cursor: list[str | None] = cursor) -> None:
            cursor.append((await lists.page(view, eyes, after=after)).next)

        took += await reading.timed([look])
        after = cursor[0]
        if after is None:
            break
    return took


def _bare(connection: sqlite3.Connection, count: int) -> list[float]:
    states = ("closed", "agent", "waiting", "bot")
    return reading.timed_plainly(connection, BARE, [(states[number % 4],) for number in range(max(count, 8))])
