"""From a visitor's frame to the agent's: real web-chat sockets in, real agent sockets out, at a fixed rate."""

import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from bench import station
from bench.figure import Figure, middle, percentile
from bench.plan import Plan
from bench.programs import ROOT, Program
from bench.sockets import chat_headers
from bench.station import Station
from bench.talk import Heard, Talk
from server.doors import COOKIE

TEAMS = 5
AGENTS = 20
VISITORS = 200


def measure(plan: Plan) -> list[Figure]:
    """Measure: floor, then hub, `rounds` times; the visitors of each round are new ones."""
    visitors = min(VISITORS, plan.per_second)
    floors, heard, spent = [], [], []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        base = station.prepared(Path(folder), agents=AGENTS, teams=TEAMS)
        with station.bare() as floor, station.serving(base.folder) as program:
            for _ in range(min(plan.rounds, 3)):
                floors.append(_talk(_bare(floor, plan, visitors)))
                before = program.cpu
                heard.append(_talk(_order(base, program, plan, visitors)))
                spent.append((program.cpu - before) / (heard[-1].sent + visitors) * 1e6)
    facts = {
        "unheard": float(sum(each.unheard for each in heard)),
        "agents shown a message": len(heard[0].took) / heard[0].sent,
        "CPU us a message": middle(spent), "writer late ms": max(each.late for each in heard),
    }  # fmt: skip
    return [
        Figure(
            name=f"visitor to agent at {plan.per_second}/s, {part}", unit="ms", goal=goal, facts=facts,
            value=middle([percentile(each.took, rank) for each in heard]),
            floor=middle([percentile(each.took, rank) for each in floors]), floor_name="bare echo",
        )
        for part, rank, goal in (("p50", 0.5, 15), ("p99", 0.99, 100))
    ]  # fmt: skip


def _talk(order: Talk) -> Heard:
    command = [sys.executable, "-m", "bench.talk"]
    ended = subprocess.run(command, cwd=ROOT, input=msgspec.json.encode(order), stdout=subprocess.PIPE, check=True)
    heard = msgspec.json.decode(ended.stdout, type=Heard)
    if not heard.took:
        raise RuntimeError("No agent was shown anything")
    return heard


def _bare(program: Program, plan: Plan, visitors: int) -> Talk:
    return Talk(
        port=program.port, visitor_paths=["/echo"] * visitors, visitor_headers=[[]] * visitors, rate=plan.per_second,
        seconds=plan.live_seconds / 4,
    )  # fmt: skip


def _order(base: Station, program: Program, plan: Plan, visitors: int) -> Talk:
    return Talk(
        port=program.port,
        visitor_paths=[f"/chat/{station.SITE}-{number % TEAMS}/socket" for number in range(visitors)],
        visitor_headers=chat_headers(base, program, visitors, inboxes=TEAMS),
        agent_path="/api/v1/live",
        agent_headers=[[f"Origin: {program.address}", f"Cookie: {COOKIE}={cookie}"] for cookie in base.cookies],
        rate=plan.per_second,
        seconds=plan.live_seconds,
        hello='{"type":"hello","seq":0}',
    )
