"""Webhooks of six channels mixed, at a steady rate into one process that also works the queues: how late is the 200?

The floor is a bare aiohttp handler that reads the same bodies and answers nothing. Floor and figure take turns.
"""

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from adapters.registry import find
from bench import station
from bench.figure import Figure, middle
from bench.mix import PUBLIC, SETTINGS, inbox, requests
from bench.plan import Plan
from bench.programs import ROOT, Program
from bench.steady import Steadied
from config.settings import Settings
from conversations.inboxes import INBOXES, Inbox
from hub.clock import SystemClock
from hub.secrets import Vault
from hub.store.port import Insert
from server import engines
from server.collections import EVERYTHING

GOAL = 100
"""Milliseconds, p99."""
PER_SECOND = 1000


def measure(plan: Plan) -> list[Figure]:
    """Measure."""
    per_second = 60 if plan.quick else PER_SECOND
    floors, hubs = list[Steadied](), list[Steadied]()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, station.bare() as bare:
        calls = Path(folder, "calls")
        calls.write_bytes(msgspec.msgpack.encode(list(requests(int(per_second * plan.live_seconds)))))
        for number in range(min(plan.rounds, 3)):
            floors.append(_press(bare, per_second, calls))
            data = Path(folder, f"hub-{number}")
            asyncio.run(_prepare(data))
            with station.serving(data, public=PUBLIC) as program:
                hubs.append(_press(program, per_second, calls))
    facts = {
        "p50 ms": middle([one.p50 for one in hubs]),
        "worst ms": max(one.worst for one in hubs),
        "calls a second": float(per_second),
    }
    return [
        Figure(
            name="webhooks of six channels, p99",
            unit="ms",
            value=middle([one.p99 for one in hubs]),
            goal=GOAL,
            floor=middle([one.p99 for one in floors]),
            floor_name="bare handler",
            facts=facts,
        )
    ]


def _press(program: Program, per_second: int, calls: Path) -> Steadied:
    command = [sys.executable, "-m", "bench.steady", str(program.port), str(per_second), str(calls)]
    ended = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    told = msgspec.json.decode(ended.stdout, type=Steadied)
    if set(told.statuses) - {"200", "none"} or told.statuses.get("none"):
        raise RuntimeError(f"not everything was answered 200: {told.statuses}")
    return told


async def _prepare(folder: Path) -> None:
    """Make an inbox of each channel; secrets are sealed as the settings page would."""
    settings = Settings(data=str(folder))
    vault = Vault(await engines.keyring(settings))
    store = engines.store_of(settings)
    await store.open(EVERYTHING)
    registry = await asyncio.to_thread(find)
    try:
        for channel, given in SETTINGS.items():
            id, secret = inbox(channel), registry.manifest(channel).secrets
            sealed = {name: vault.seal(value, id, name) for name, value in given.items() if name in secret}
            plain = {name: value for name, value in given.items() if name not in secret}
            made = Inbox(
                id=id, name=id, channel=channel, settings=plain, secrets=sealed, created_at=SystemClock().now()
            )
            await store.commit(Insert(INBOXES, made))
    finally:
        await store.close()
