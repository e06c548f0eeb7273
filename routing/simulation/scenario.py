"""What a scenario says: traffic, people, queues and the policies to compare. All of it data; see `docs/routing.md`."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct, field

from conversations.model import Priority
from routing.policy.order import Order, People, Rules
from routing.policy.queues import Queue, Seconds

Share = Annotated[float, Meta(ge=0, le=1e6)]
Rate = Annotated[float, Meta(ge=0, le=1e6)]
Time = Annotated[float, Meta(ge=0, le=31_536_000)]
Level = Annotated[int, Meta(ge=1, le=100)]
Count = Annotated[int, Meta(ge=0, le=100_000)]
Factor = Annotated[float, Meta(gt=0, le=1000)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]


class Spread(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A random time in seconds: `cv` is its standard deviation over its mean; 1 is exponential, 0 always the mean."""

    mean: Seconds
    cv: Annotated[float, Meta(ge=0, le=10)] = 1.0


class Surge(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From `start` to `end` so many `times` as many customers come."""

    start: Time
    end: Time
    times: Factor

    def __post_init__(self) -> None:
        """Refuse a surge that ends before it starts; raises ValueError."""
        if self.end <= self.start:
            raise ValueError("`end` has to be after `start`")


class Traffic(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One stream of customers.

    `per_hour` is how many come, or a curve of [second, per hour] points with straight lines between. `priorities` are
    shares of any size. Without `patience` nobody ever leaves.
    """

    queue: Name
    per_hour: Rate | tuple[tuple[Time, Rate], ...]
    skills: Mapping[str, Level] = {}
    teams: frozenset[str] = frozenset()
    language: str = ""
    region: str = ""
    department: str = ""
    restricted: frozenset[str] = frozenset()
    kind: str = "chat"
    bulk: bool = False
    vip: Annotated[int, Meta(ge=0, le=10)] = 0
    priorities: Mapping[Priority, Share] = field(default_factory=lambda: {Priority.NORMAL: 1.0})
    handle: Spread
    patience: Spread | None = None
    surges: tuple[Surge, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a curve that runs backwards and shares that are all nothing; raises ValueError."""
        if isinstance(self.per_hour, tuple):
            times = [second for second, _ in self.per_hour]
            if not times or times != sorted(set(times)):
                raise ValueError("`per_hour` needs points of growing seconds")
        if not sum(self.priorities.values()):
            raise ValueError("`priorities` need a share above nothing")


class Staff(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many people who are alike. `shifts` are [from, to] in seconds; without any they are there all day.

    `pace` is how long they take with a skill as a part of what is usual; `limits` are the most of a kind at once.
    """

    count: Count
    skills: Mapping[str, Level] = {}
    teams: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    cleared: frozenset[str] = frozenset()
    bulk: bool = True
    pace: Mapping[str, Factor] = {}
    capacity: Annotated[int, Meta(ge=0, le=1000)] = 1
    limits: Mapping[str, Annotated[int, Meta(ge=0, le=1000)]] = {}
    shifts: tuple[tuple[Time, Time], ...] = ()

    def __post_init__(self) -> None:
        """Refuse shifts that end before they begin or overlap; raises ValueError."""
        edges = [edge for shift in self.shifts for edge in shift]
        if edges != sorted(edges) or any(start == end for start, end in self.shifts):
            raise ValueError("`shifts` have to follow each other, each from its beginning to its end")


class Drawn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A large town drawn at random from each seed, one queue a skill; the length of the day follows from the load.

    `single` is the part of the people with one skill, the others have up to `most_skills` and take `slower` times as
    long with all but their first. `popularity` is how uneven the skills are: the n-th gets 1/n to that power. In each
    of `surges` the traffic of `surge_skills` skills grows `surge_times`.
    """

    skills: Annotated[int, Meta(ge=1, le=1000)]
    agents: Annotated[int, Meta(ge=1, le=100_000)]
    arrivals: Annotated[int, Meta(ge=1, le=10_000_000)]
    occupancy: Annotated[float, Meta(gt=0, le=2)] = 0.85
    single: Annotated[float, Meta(ge=0, le=1)] = 0.55
    most_skills: Annotated[int, Meta(ge=2, le=100)] = 4
    slower: tuple[Factor, Factor] = (1.0, 1.6)
    handle: tuple[Seconds, Seconds] = (180.0, 420.0)
    patience: Spread | None = None
    popularity: Annotated[float, Meta(ge=0, le=3)] = 0.5
    priorities: Mapping[Priority, Share]
    surges: Annotated[int, Meta(ge=0, le=100)] = 0
    surge_skills: Annotated[int, Meta(ge=1, le=1000)] = 1
    surge_times: Factor = 1.0
    surge_seconds: Seconds = 1800.0
    queue: Queue = Queue()


class Arrival(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One customer who came, as stored: how long they took is known, how long they would have waited only if they left.

    `handle` and `patience` are seconds.
    """

    at: Time
    queue: Name
    skills: Mapping[str, Level] = {}
    teams: frozenset[str] = frozenset()
    language: str = ""
    kind: str = "chat"
    bulk: bool = False
    priority: Priority = Priority.NORMAL
    vip: Annotated[int, Meta(ge=0, le=10)] = 0
    handle: Seconds
    patience: Seconds | None = None


POLICIES: Mapping[str, Rules] = {
    "index": Rules(),
    "longest_idle": Rules(order=Order.PRIORITY, people=People.LONGEST_IDLE),
    "fifo": Rules(order=Order.ARRIVAL, people=People.LONGEST_IDLE),
}
"""What a scenario compares unless it says otherwise: ours, the usual one (priority, then arrival, then the longest
idle), and arrival alone."""

BATCH = "batch"
"""The reference: the best assignment of all who wait to all who are free, once a second. Nobody routes by it."""


class Scenario(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file. `seconds` is how long customers come; who still waits then is served to the end.

    What happens before `warm_up` is not counted. `weights` are what a missed target of each priority counts in the
    report, whatever the policies weigh by. `handle` of a queue is what policies believe, the traffic's what is so.
    """

    name: str = ""
    seconds: Seconds | None = None
    warm_up: Time = 0.0
    seeds: Annotated[tuple[int, ...], Meta(min_length=1, max_length=100)] = (1, 2, 3, 4, 5)
    weights: Mapping[Priority, Annotated[float, Meta(gt=0, le=1e6)]] = field(default_factory=lambda: Rules().weights)
    queues: Mapping[Name, Queue] = {}
    traffic: tuple[Traffic, ...] = ()
    staff: tuple[Staff, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    drawn: Drawn | None = None
    policies: Mapping[Name, Rules] = field(default_factory=lambda: POLICIES)
    batch: bool = False
