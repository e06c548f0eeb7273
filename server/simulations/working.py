"""A simulation at work: a job that runs the process, notes how far it is, and keeps what came of it.

A hub that dies in the middle leaves the job; whoever takes it up runs it from the start. Who stops one changes its row;
that is seen within a second, and the process is killed.
"""

import asyncio
import os
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import structlog
from msgspec import structs

from bots.serving import frames
from bots.serving.child import child
from hub.clock import Clock
from hub.errors import Conflict, Invalid
from hub.store.port import Store, Write, put
from hub.work.engine import Engine
from hub.work.jobs import Job, Record
from server.simulations.replaying import Replaying
from server.simulations.rows import (
    OPEN,
    SIMULATE,
    SIMULATIONS,
    Failing,
    Order,
    Simulating,
    SimulationOutcome,
    SimulationRow,
    Stage,
)  # fmt: skip

MODULE = "server.simulations.process"
PATIENCE = 1200.0
"""Seconds for one simulation, however busy the machine is."""
EVERY = 1.0
"""Seconds between two looks at the row: how far it is is noted, and whether somebody stopped it is seen."""

_log = structlog.get_logger(__name__)


class Stopped(Exception):
    """Somebody stopped it, or took it away."""


class Working:
    """Does the simulations of one process, one at a time."""

    def __init__(self, store: Store, clock: Clock, replaying: Replaying, *, module: str = MODULE) -> None:
        self._store = store
        self._clock = clock
        self._replaying = replaying
        self._module = module
        self._room = asyncio.Semaphore(max(1, (os.cpu_count() or 2) // 2))

    def attach(self, engine: Engine) -> None:
        """Let the engine give us its simulations."""
        engine.register(SIMULATE, self.simulate)

    async def simulate(self, body: Simulating, job: Job, at: datetime) -> Record:
        """Run one; returns what records the outcome."""
        async with self._room:
            row = await self._store.get(SIMULATIONS, body.simulation)
            if row is None or row.stage not in OPEN:
                return _nothing
            came = await self._came(row)
        return lambda now: self._record(body.simulation, came, now)

    async def _came(self, row: SimulationRow) -> dict[str, Any]:
        try:
            order = Order(
                text=row.text, policies=row.policies, seeds=row.seeds,
                scenario=await self._replaying.scenario(row.day) if row.day is not None else None,
            )  # fmt: skip
            outcome = await self._ran(row.id, await asyncio.to_thread(msgspec.json.encode, order))
        except Stopped:
            return {}
        except Invalid as error:
            return {"stage": Stage.FAILED, "failing": Failing(message=error.message, field=error.path)}
        if isinstance(outcome, Failing):
            _log.warning("simulation_failed", simulation=row.id, reason=outcome.message)
            return {"stage": Stage.FAILED, "failing": outcome}
        return {"stage": Stage.DONE, "outcome": outcome, "ran": row.runs}

    async def _ran(self, id: str, order: bytes) -> SimulationOutcome | Failing:
        """Run the process; raises `Stopped`."""
        try:
            async with asyncio.timeout(PATIENCE), child(self._module) as process:
                assert process.stdin is not None  # noqa: S101 - it was asked for
                assert process.stdout is not None  # noqa: S101 - it was asked for
                process.stdin.write(frames.packed(b"F", order))
                return await self._heard(id, process.stdout)
        except TimeoutError:
            return Failing(message=f"It took longer than {PATIENCE:.0f} seconds")
        except (ConnectionError, frames.Broken):
            return Failing(message="The simulation broke")

    async def _heard(self, id: str, stream: asyncio.StreamReader) -> SimulationOutcome | Failing:
        ran, told = 0, self._clock.monotonic() - EVERY
        hearing = asyncio.create_task(frames.receive(stream))
        try:
            while True:
                done, _ = await asyncio.wait({hearing}, timeout=EVERY)
                if self._clock.monotonic() - told >= EVERY:
                    told = self._clock.monotonic()
                    await self._note(id, ran)
                if not done:
                    continue
                match hearing.result():
                    case b"P", body:
                        ran = msgspec.json.decode(body, type=int)
                    case b"R", body:
                        return msgspec.json.decode(body, type=SimulationOutcome)
                    case b"X", body:
                        return msgspec.json.decode(body, type=Failing)
                    case None:
                        return Failing(message="It ended early: too much memory or time for one simulation")
                    case _:
                        raise frames.Broken
                hearing = asyncio.create_task(frames.receive(stream))
        finally:
            hearing.cancel()

    async def _note(self, id: str, ran: int) -> None:
        """Note how far it is; raises `Stopped`. A note that loses is noted the next time."""
        now = await self._store.get(SIMULATIONS, id)
        if now is None or now.stage not in OPEN:
            raise Stopped
        try:
            await self._store.commit(put(SIMULATIONS, now, structs.replace(now, stage=Stage.RUNNING, ran=ran)))
        except Conflict:
            return

    async def _record(self, id: str, came: dict[str, Any], at: datetime) -> Sequence[Write]:
        row = await self._store.get(SIMULATIONS, id)
        if row is None or row.stage not in OPEN or not came:
            return []
        return [put(SIMULATIONS, row, structs.replace(row, ended_at=at, **came))]


async def _nothing(at: datetime) -> Sequence[Write]:
    return []
