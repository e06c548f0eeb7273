"""The same reads as people make them: over the REST API of a real process on the large store, one after the other."""

import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from itertools import cycle
from pathlib import Path
from urllib.parse import quote

from bench import archive, reading, search, station
from bench.figure import Figure, middle
from bench.history import AGENTS
from bench.plan import Plan
from bench.programs import Program
from bench.reading import p50_p99
from bench.views import VIEWS
from server.doors import COOKIE

API = "/api/v1"
PAUSE = 0.0002
Paths = Callable[[int], list[str]]


def measure(plan: Plan) -> list[Figure]:
    """Measure."""
    folder = archive.folder(plan)
    people = [f"agent-{number}" for number in range(AGENTS)]
    base = station.prepared(folder, known=people)
    asked = (
        ("API: latest 50 messages, p99", 10.0, _threads(folder, plan.reads), base.admins),
        ("API: inbox view page, p99", 20.0, _views(plan.reads), (*base.cookies, base.admins[0])),
        ("API: search, p99", 50.0, _searches(plan.reads // 4), (*base.cookies, base.admins[0])),
    )
    with station.bare() as floor, station.serving(folder) as program:
        return [_figure(*each, program, floor, plan) for each in asked]


def _figure(
    name: str, goal: float, paths: list[str], people: tuple[str, ...], program: Program, floor: Program, plan: Plan
) -> Figure:
    floors, took, spent = [], [], []
    for _ in range(plan.rounds):
        floors.append(p50_p99(_timed(floor, ["/readyz"] * len(paths), cycle([""]))))
        before = program.cpu
        took.append(p50_p99(_timed(program, paths, cycle(people))))
        spent.append((program.cpu - before) / len(paths) * 1e6)
    return Figure(
        name=name, unit="ms", value=middle([each[1] for each in took]), goal=goal,
        floor=middle([each[1] for each in floors]), floor_name="bare GET",
        facts={"p50": middle([each[0] for each in took]), "CPU us": middle(spent)},
    )  # fmt: skip


def _timed(program: Program, paths: list[str], cookies: Iterator[str]) -> list[float]:
    """Ask one path after the other on one connection, each as another person: one of them may ask so often a second."""
    connection = HTTPConnection("127.0.0.1", program.port)
    took = []
    for path in paths:
        headers = {"Cookie": f"{COOKIE}={next(cookies)}"}
        begun = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        took.append((time.perf_counter() - begun) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        time.sleep(PAUSE)
    connection.close()
    return took


def _threads(folder: Path, count: int) -> list[str]:
    connection = reading.plain(folder)
    wanted = reading.some_conversations(connection, count)
    connection.close()
    return [f"{API}/conversations/{id}/messages" for id in wanted]


def _views(count: int) -> list[str]:
    views = cycle(view for view in VIEWS)
    return [f"{API}/conversations?view={next(views)}" for _ in range(count)]


def _searches(count: int) -> list[str]:
    asked = search.queries(max(count // 5, 1))
    return [f"{API}/search?q={quote(text)}" for texts in zip(*asked.values(), strict=True) for text in texts]
