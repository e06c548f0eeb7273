"""What a queue promises: how soon, how many, and what happens instead when that does not come true."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct, structs

from conversations.model import Priority
from routing.policy.needs import Needs

Seconds = Annotated[float, Meta(gt=0, le=31_536_000)]
Part = Annotated[float, Meta(ge=0, le=1000)]


class Ending(StrEnum):
    """What becomes of somebody whom the queue does not keep."""

    CALL_BACK = "call_back"
    MESSAGE = "message"
    BOT = "bot"
    SELF_SERVICE = "self_service"


class Step(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes for somebody who has waited `after`, a part of the target (0.5: half of it).

    Steps add up: minimum levels fall by `levels`, people of `teams` are asked too (with `anyone`, of every team),
    what is in `waives` no longer matters. A step with an `ending` takes the customer out of the queue.
    """

    after: Part
    levels: Annotated[int, Meta(ge=0, le=100)] = 0
    teams: frozenset[str] = frozenset()
    anyone: bool = False
    waives: frozenset[Literal["language", "region", "department"]] = frozenset()
    ending: Ending | None = None


class Queue(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One queue. All times in seconds.

    `target` is how soon somebody should answer, `targets` says otherwise for a priority. Nobody waits longer than
    `bound` while another who waits less is served by a person who could have served them; nothing overrides that.
    `handle` is how long one customer takes on average. More than `cap` are not let in: they get `full`, and outside
    business hours `closed`. `sticky` is how long somebody is kept for the person they know, at most a third of the
    target.
    """

    target: Seconds = 60.0
    targets: Mapping[Priority, Seconds] = {}
    bound: Seconds = 1800.0
    handle: Seconds = 300.0
    cap: Annotated[int, Meta(ge=0)] | None = None
    full: Ending = Ending.MESSAGE
    closed: Ending = Ending.MESSAGE
    steps: tuple[Step, ...] = ()
    sticky: Annotated[float, Meta(ge=0, le=86_400)] = 30.0

    def __post_init__(self) -> None:
        """Refuse steps that do not follow each other; raises ValueError, also when it is decoded."""
        times = [step.after for step in self.steps]
        if times != sorted(times):
            raise ValueError("`steps` have to stand in the order of their `after`")
        if any(step.ending for step in self.steps[:-1]):
            raise ValueError("Only the last of `steps` can have an `ending`: nobody is left after it")

    def target_of(self, priority: Priority) -> float:
        """Return how soon somebody of this priority should be answered."""
        return self.targets.get(priority, self.target)

    def kept_until(self, since: float, priority: Priority) -> float:
        """Return until when somebody may be kept for one person."""
        return since + min(self.sticky, self.target_of(priority) / 3)


def widened(needs: Needs, step: Step) -> Needs:
    """Return what is still needed once this step is reached."""
    lower = needs.lowered(step.levels) if step.levels else needs
    teams = frozenset[str]() if step.anyone or not needs.teams else needs.teams | step.teams
    waived = dict.fromkeys(step.waives, "")
    return structs.replace(lower, teams=teams, **waived)


def rings(needs: Needs, queue: Queue) -> tuple[Needs, ...]:
    """Return what is needed at first, and then from each step on; a step that ends the waiting makes no ring."""
    found = [needs]
    for step in queue.steps:
        if step.ending is None:
            found.append(widened(found[-1], step))
    return tuple(found)
