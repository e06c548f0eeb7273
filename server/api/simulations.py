"""The routing simulator over HTTP: scenarios are checked, run in a process of their own, and compared."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from accounts.permissions import Permission
from hub.errors import Invalid
from routing import simulation
from routing.checking import complete, house_faults
from routing.policy.order import Rules
from routing.simulation.scenario import POLICIES
from server.api.contract import KB, Call, Routes
from server.simulations.bounds import MOST_SEEDS
from server.simulations.orders import Sized
from server.simulations.rows import Failing, ReplayedDay, SimulationOutcome, SimulationRow, Stage

routes = Routes("routing")
READ, MANAGE = Permission.ROUTING_READ, Permission.ROUTING_MANAGE
Text = Annotated[str, Meta(max_length=128 * KB)]
Seed = Annotated[int, Meta(ge=0, le=2**31)]
PolicyName = Literal["published", "draft", "index", "longest_idle", "fifo"]
SHIPPED = Path(simulation.__file__).resolve().parent / "scenarios"


class DayAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A day of the past in a time zone of the IANA database."""

    date: date
    zone: Annotated[str, Meta(max_length=64)] = "Asia/Shanghai"


class SimulationAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to simulate: a `scenario` (TOML), or a `day` as it is stored.

    `policies`: what is in force, the `draft` given here, our index as delivered, priority and longest idle, or arrival
    alone. A day of a scenario is drawn for each of `seeds`, by default for its own.
    """

    scenario: Text = ""
    day: DayAsked | None = None
    policies: Annotated[tuple[PolicyName, ...], Meta(min_length=1, max_length=5)]
    draft: Rules | None = None
    seeds: Annotated[tuple[Seed, ...], Meta(max_length=MOST_SEEDS)] = ()


class ScenarioText(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scenario to be looked at, and not kept."""

    scenario: Text


class SimulationLine(Struct, frozen=True, kw_only=True):
    """One simulation in the list. `runs` policies by days are to run, `ran` are over."""

    id: str
    by: str
    day: ReplayedDay | None
    policies: tuple[str, ...]
    seeds: tuple[int, ...]
    stage: Stage
    runs: int
    ran: int
    made_at: datetime
    ended_at: datetime | None
    failing: Failing | None


class SimulationShown(SimulationLine, frozen=True, kw_only=True):
    """One simulation with what was tried, and what came of it."""

    text: str
    rules: Mapping[str, Rules]
    outcome: SimulationOutcome | None


class SimulationsShown(Struct, frozen=True, kw_only=True):
    """Simulations, newest first; the latest fifty are kept."""

    items: tuple[SimulationLine, ...]
    next: str | None = None


class ScenarioShipped(Struct, frozen=True, kw_only=True):
    """A scenario that comes with the program, to copy and change."""

    name: str
    text: str


class ScenariosShipped(Struct, frozen=True, kw_only=True):
    """The scenarios that come with the program."""

    items: tuple[ScenarioShipped, ...]


@routes.get("/routing/scenarios", permission=READ)
async def list_scenarios(call: Call) -> ScenariosShipped:
    """List the scenarios that come with the program."""
    return ScenariosShipped(items=_SHIPPED)


@routes.post("/routing/scenarios/check", permission=READ)
async def check_scenario(call: Call, body: ScenarioText) -> Sized:
    """Say what a scenario has; refused with the fact `field` when it cannot be simulated."""
    return await call.hub.simulations.sized(body.scenario)


@routes.get("/routing/simulations", permission=READ)
async def list_simulations(call: Call) -> SimulationsShown:
    """List the latest simulations."""
    return SimulationsShown(items=tuple(SimulationLine(**_line(row)) for row in await call.hub.simulations.all()))


@routes.post("/routing/simulations", permission=MANAGE, status=202)
async def simulate(call: Call, body: SimulationAsked) -> SimulationShown:
    """Order a simulation; it runs in a process of its own, and its row tells how far it is."""
    if (body.day is None) is (body.scenario == ""):
        raise Invalid("A simulation needs a scenario, or a day", path="$.scenario")
    policies = await _policies(call, body)
    if body.day is not None:
        day = ReplayedDay(date=body.day.date, zone=body.day.zone)
        return _shown(await call.hub.simulations.replay(call.actor.user, day, policies, at=call.at))
    return _shown(
        await call.hub.simulations.try_(call.actor.user, body.scenario, policies, body.seeds, at=call.at)
    )  # fmt: skip


@routes.get("/routing/simulations/{id}", permission=READ)
async def get_simulation(call: Call, id: str) -> SimulationShown:
    """Say how far a simulation is, and what came of it."""
    return _shown(await call.hub.simulations.one(id))


@routes.delete("/routing/simulations/{id}", permission=MANAGE)
async def stop_simulation(call: Call, id: str) -> None:
    """Stop a simulation that waits or runs; take away one that is over."""
    await call.hub.simulations.stop(id, at=call.at)


async def _policies(call: Call, body: SimulationAsked) -> dict[str, Rules]:
    """Return the policies that were asked for, by name; raises `Invalid`."""
    if "draft" in body.policies:
        if body.draft is None:
            raise Invalid("There is no draft to simulate", path="$.draft")
        for fault in house_faults(body.draft):
            raise Invalid(fault.message, path=fault.path.replace("$", "$.draft", 1), **fault.facts)
    house = await call.hub.routing.designing.house()
    known = {**POLICIES, "published": house.rules if house else Rules()}
    if body.draft is not None:
        known["draft"] = body.draft
    return {name: complete(known[name]) for name in body.policies}


def _line(row: SimulationRow) -> dict[str, Any]:
    same = ("id", "by", "day", "seeds", "stage", "runs", "ran", "made_at", "ended_at", "failing")
    return {**{name: getattr(row, name) for name in same}, "policies": tuple(row.policies)}


def _shown(row: SimulationRow) -> SimulationShown:
    return SimulationShown(**_line(row), text=row.text, rules=row.policies, outcome=row.outcome)


def _shipped() -> tuple[ScenarioShipped, ...]:
    """Read them once, when the program starts."""
    files = sorted(SHIPPED.glob("*.toml"))
    return tuple(ScenarioShipped(name=file.stem, text=file.read_text("utf-8")) for file in files)


_SHIPPED = _shipped()
