"""A scenario file read and checked: what is wrong is told with the name of the field."""

import tomllib
from collections.abc import Iterator, Sequence

import msgspec

from hub.errors import Invalid
from routing.simulation.scenario import BATCH, Arrival, Scenario, Traffic


def read(text: str, *, path: str = "scenario") -> Scenario:
    """Return the scenario; raises `Invalid`, whose `path` is the field, for whatever cannot be simulated."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"{path} is no TOML: {error}", hint="Every line is `name = value` or `[table]`.") from error
    try:
        scenario = msgspec.convert(raw, Scenario)
    except msgspec.ValidationError as error:
        sentence, _, field = str(error).partition(" - at `")
        where = field.removeprefix("key` in `").strip("`").removeprefix("$.") or _unknown(sentence)
        raise Invalid(f"{path}: {sentence}", path=where, field=where or "the file itself") from error
    for where, sentence in faults(scenario):
        raise Invalid(f"{path}: {sentence}", path=where, field=where)
    return scenario


def faults(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Yield what no single field shows: the field, and a sentence."""
    if scenario.drawn is not None:
        if scenario.traffic or scenario.staff or scenario.arrivals or scenario.queues:
            yield "drawn", "A town is either drawn or described by `queues`, `traffic` and `staff`"
        if scenario.drawn.surge_skills > scenario.drawn.skills:
            yield "drawn.surge_skills", "More skills surge than there are"
        if not sum(scenario.drawn.priorities.values()):
            yield "drawn.priorities", "The shares need to be above nothing"
    else:
        yield from _described(scenario)
    if BATCH in scenario.policies:
        yield f"policies.{BATCH}", "This name is the reference's; ask for it with `batch = true`"


def _described(scenario: Scenario) -> Iterator[tuple[str, str]]:
    if not scenario.traffic and not scenario.arrivals:
        yield "traffic", "Nobody comes: it needs `[[traffic]]`, `[[arrivals]]` or `[drawn]`"
    if not any(staff.count for staff in scenario.staff):
        yield "staff", "Nobody works: it needs `[[staff]]` with a `count`"
    if scenario.traffic and scenario.seconds is None:
        yield "seconds", "Traffic needs to know for how long it comes"
    known = frozenset(skill for staff in scenario.staff for skill in staff.skills)
    streams: dict[str, Sequence[Traffic | Arrival]] = {"traffic": scenario.traffic, "arrivals": scenario.arrivals}
    for place, coming in streams.items():
        for number, one in enumerate(coming):
            if one.queue not in scenario.queues:
                yield f"{place}[{number}].queue", f"There is no queue {one.queue!r} in `queues`"
            for skill in sorted(set(one.skills) - known):
                yield f"{place}[{number}].skills", f"Nobody in `staff` has the skill {skill!r}"


def _unknown(sentence: str) -> str:
    """Return the field of msgspec's sentence about one that does not belong there, at the top of the file."""
    return sentence.rpartition("`")[0].rpartition("`")[2]
