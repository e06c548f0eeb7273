"""Orders of simulations: checked before they are kept, bounded in number, and stopped by who may."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct, structs

from conversations.hours import zone
from hub.errors import Invalid, NotFound, WrongMove
from hub.ids import new_id
from hub.store.port import By, Delete, In, Insert, Store, Write, put
from routing.policy.order import Rules
from routing.simulation.reading import read
from routing.simulation.scenario import Scenario
from server.simulations.bounds import MOST_TEXT, customers, people, require_bounded
from server.simulations.rows import OPEN, SIMULATE, SIMULATIONS, ReplayedDay, Simulating, SimulationRow, Stage

KEPT = 50
"""Simulations that are kept; the oldest go first."""
MOST_OPEN = 5
"""Simulations that wait or run at once."""
OLDEST = timedelta(days=366)


class Sized(Struct, frozen=True, kw_only=True):
    """What a scenario has: about so many customers a day, so many people, its own policies, its days."""

    name: str
    customers: int
    people: int
    policies: tuple[str, ...]
    seeds: tuple[int, ...]


class Orders:
    """The only writer of simulations, but for the job that does them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def all(self) -> list[SimulationRow]:
        """Return what is kept, newest first."""
        order = (By("made_at", descending=True), By("id", descending=True))
        return await self._store.find(SIMULATIONS, order=order, limit=KEPT)

    async def one(self, id: str) -> SimulationRow:
        """Return one; raises `NotFound`."""
        found = await self._store.get(SIMULATIONS, id)
        if found is None:
            raise NotFound("No such simulation", simulation=id)
        return found

    async def sized(self, text: str) -> Sized:
        """Return what a scenario has; raises `Invalid` whose fact `field` is what is wrong with it."""
        scenario = await checked(text)
        return Sized(
            name=scenario.name, customers=round(customers(scenario)), people=people(scenario),
            policies=tuple(scenario.policies), seeds=scenario.seeds,
        )  # fmt: skip

    async def replay(self, by: str, day: ReplayedDay, policies: Mapping[str, Rules], *, at: datetime) -> SimulationRow:
        """Order a day of the past; raises `Invalid`."""
        require_past(day, at)
        row = SimulationRow(
            id=new_id(), by=by, day=day, policies=policies, seeds=(0,), runs=len(policies), made_at=at
        )  # fmt: skip
        return await self._kept(row)

    async def try_(
        self, by: str, text: str, policies: Mapping[str, Rules], seeds: Sequence[int], *, at: datetime
    ) -> SimulationRow:
        """Order a scenario, by default with its own days; raises `Invalid` that names the field."""
        scenario = await checked(text)
        days = tuple(dict.fromkeys(seeds or scenario.seeds))
        require_bounded(scenario, policies=len(policies), days=len(days))
        row = SimulationRow(
            id=new_id(), by=by, text=text, policies=policies, seeds=days, runs=len(policies) * len(days), made_at=at
        )  # fmt: skip
        return await self._kept(row)

    async def stop(self, id: str, *, at: datetime) -> None:
        """Stop one that waits or runs; take away one that is over."""
        row = await self.one(id)
        if row.stage in OPEN:
            stopped = structs.replace(row, stage=Stage.STOPPED, ended_at=at)
            await self._store.commit(put(SIMULATIONS, row, stopped))
        else:
            await self._store.commit(Delete(SIMULATIONS, row))

    async def _kept(self, row: SimulationRow) -> SimulationRow:
        stages = In("stage", tuple(stage.value for stage in sorted(OPEN)))
        if await self._store.count(SIMULATIONS, stages, limit=MOST_OPEN) >= MOST_OPEN:
            raise WrongMove("Enough simulations wait already", most=MOST_OPEN, hint="Stop one, or wait for it.")
        old = [one for one in (await self.all())[KEPT - 1 :] if one.stage not in OPEN]
        job: Write = SIMULATE.job(Simulating(simulation=row.id), lane=f"simulation:{row.id}", seq=0, at=row.made_at)
        await self._store.commit(Insert(SIMULATIONS, row), job, *(Delete(SIMULATIONS, one) for one in old))
        return row


async def checked(text: str) -> Scenario:
    """Return the scenario of a text, read beside the loop; raises `Invalid` at `$.scenario`."""
    if len(text.encode()) > MOST_TEXT:
        raise Invalid("The scenario is too large", path="$.scenario", most=MOST_TEXT)
    try:
        return await asyncio.to_thread(read, text)
    except Invalid as error:
        told = error.message.removeprefix("scenario: ")
        raise Invalid(told, path="$.scenario", hint=error.hint, field=error.path) from error
    except RecursionError as error:
        raise Invalid("The scenario is nested too deep", path="$.scenario", field="") from error


def require_past(day: ReplayedDay, at: datetime) -> None:
    """Return quietly when the day is over where it is, and not too long ago; raises `Invalid`."""
    try:
        today: date = at.astimezone(zone(day.zone)).date()
    except (ValueError, OSError, KeyError) as error:
        raise Invalid("There is no such time zone", path="$.day.zone", zone=day.zone) from error
    if day.date >= today:
        raise Invalid("This day is not over yet", path="$.day.date")
    if today - day.date > OLDEST:
        raise Invalid("This day is too long ago", path="$.day.date")
