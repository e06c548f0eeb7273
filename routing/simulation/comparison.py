"""Policies side by side: every one of them on the same days, and the means over the days."""

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean

from msgspec import Struct

from hub.errors import Invalid
from routing.board import Board
from routing.policy.order import Rules
from routing.simulation.batch import Batch
from routing.simulation.day import made
from routing.simulation.means import PolicyLine
from routing.simulation.report import Result, Waits, result
from routing.simulation.run import Router, Run
from routing.simulation.scenario import BATCH, Scenario

Tell = Callable[[str], None]


class Comparison(Struct, frozen=True, kw_only=True):
    """The lines in the order of the policies, and what each day gave."""

    scenario: str
    lines: tuple[PolicyLine, ...]
    results: tuple[Result, ...]


def compare(
    scenario: Scenario, *, policies: Sequence[str] = (), seeds: Sequence[int] = (), tell: Tell = lambda line: None
) -> Comparison:
    """Run every policy on the day of every seed; raises `Invalid` for a policy that the scenario does not have."""
    chosen = _chosen(scenario, policies)
    results = []
    for seed in seeds or scenario.seeds:
        day = made(scenario, seed)
        for name, rules in chosen.items():
            router: Router = Batch(rules, day.queues) if name.partition(":")[0] == BATCH else Board(rules, day.queues)
            course = Run(day, rules, router).course()
            results.append(result(name, seed, day, course, scenario.weights, warm_up=scenario.warm_up))
            tell(f"seed {seed}: {name}")
    lines = tuple(_line(name, [one for one in results if one.policy == name]) for name in chosen)
    return Comparison(scenario=scenario.name, lines=lines, results=tuple(results))


def _chosen(scenario: Scenario, policies: Sequence[str]) -> Mapping[str, Rules]:
    """Return the rules by name; `batch` goes by those of the first policy, `batch:NAME` by those of another."""
    known = {**scenario.policies, BATCH: next(iter(scenario.policies.values()))}
    known |= {f"{BATCH}:{name}": rules for name, rules in scenario.policies.items()}
    wanted = policies or [*scenario.policies, *([BATCH] if scenario.batch else [])]
    for name in wanted:
        if name not in known:
            raise Invalid("The scenario has no such policy", path="policies", policy=name, known=sorted(known))
    return {name: known[name] for name in wanted}


def _line(policy: str, results: Sequence[Result]) -> PolicyLine:
    def of(name: str) -> float:
        return fmean(float(getattr(one.whole, name)) for one in results)

    shared = {name: of(name) for name in Waits.__struct_fields__ if name in PolicyLine.__struct_fields__}
    return PolicyLine(
        policy=policy, days=len(results), **shared,
        occupancy=fmean(one.occupancy for one in results), gini=fmean(one.gini for one in results),
        jain=fmean(one.jain for one in results),
    )  # fmt: skip


HEADINGS = ("policy", "mean s", "p95 s", "miss %", "weighted %", "left %", "elsewhere %", "busy %", "Gini", "Jain")


def table(comparison: Comparison) -> list[tuple[str, ...]]:
    """Return the lines as words, under `HEADINGS`."""
    return [
        (
            line.policy, f"{line.mean_wait:.1f}", f"{line.p95_wait:.1f}", f"{line.miss:.2%}"[:-1],
            f"{line.weighted_miss:.3%}"[:-1], f"{line.abandoned:.2%}"[:-1], f"{line.turned_away:.2%}"[:-1],
            f"{line.occupancy:.1%}"[:-1], f"{line.gini:.3f}", f"{line.jain:.3f}",
        )
        for line in comparison.lines
    ]  # fmt: skip
