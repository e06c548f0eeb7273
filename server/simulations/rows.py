"""What is kept of a simulation: what was asked, how far it is, what came of it. Pure rows."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from hub.store.port import Collection, Document, Index
from hub.work.jobs import Kind, Rank
from routing.policy.order import Rules
from routing.simulation.means import PolicyLine
from routing.simulation.scenario import Scenario


class Stage(StrEnum):
    """How far it is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


OPEN = frozenset({Stage.WAITING, Stage.RUNNING})


class ReplayedDay(Struct, frozen=True, kw_only=True):
    """A day of the past, midnight to midnight in a time zone."""

    date: date
    zone: str


class QueueLine(Struct, frozen=True, kw_only=True):
    """One policy in one queue: the means over the days. Parts are between 0 and 1, waits in seconds."""

    policy: str
    queue: str
    customers: float
    mean_wait: float
    p95_wait: float
    miss: float
    abandoned: float


class SimulationOutcome(Struct, frozen=True, kw_only=True):
    """The policies side by side, over all queues and by queue."""

    scenario: str
    lines: tuple[PolicyLine, ...]
    queues: tuple[QueueLine, ...]


class Failing(Struct, frozen=True, kw_only=True):
    """Why it came to nothing; `field` is the field of the scenario, if one is to blame."""

    message: str
    field: str = ""


class SimulationRow(Document, frozen=True, kw_only=True):
    """One order: a scenario as `text`, or a `day`; the `policies` by name; a day is drawn for each of `seeds`.

    `runs` is how many policies on how many days there are to run, `ran` how many of them are over.
    """

    by: str
    text: str = ""
    day: ReplayedDay | None = None
    policies: Mapping[str, Rules]
    seeds: tuple[int, ...]
    stage: Stage = Stage.WAITING
    runs: int
    ran: int = 0
    outcome: SimulationOutcome | None = None
    failing: Failing | None = None
    made_at: datetime
    ended_at: datetime | None = None


SIMULATIONS = Collection("simulations", SimulationRow, Index(("made_at", "id")), Index(("stage", "id")))


class Order(Struct, frozen=True, kw_only=True):
    """What the process gets: a scenario to be read from `text`, or one that is ready."""

    text: str = ""
    scenario: Scenario | None = None
    policies: Mapping[str, Rules]
    seeds: tuple[int, ...]


class Simulating(Struct, frozen=True, kw_only=True):
    """The body of the job."""

    simulation: str


SIMULATE = Kind(
    "routing.simulate", Simulating, external=True, attempts=3, first_wait=timedelta(seconds=2), rank=Rank.BULK
)
"""External, for the lease: one process runs it. Cut in the middle, it is simply run again."""
