"""Whether settings make sense for the people there are: skills nobody has, queues nobody serves. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, structs

from conversations.wants import Needed
from routing.abilities import tongue
from routing.lines import BULK
from routing.policy.fit import Code, suits
from routing.policy.kinds import KINDS
from routing.policy.needs import Needs, skills_of
from routing.policy.order import WEIGHTS, Rules
from routing.policy.workers import Craft
from routing.ruleset import RoutingRule, RuleFault
from routing.settings import ANYBODY, QueueTerms


class Staffing(Struct, frozen=True, kw_only=True):
    """Who could answer: the crafts of all active people who answer customers, and the teams there are, by id."""

    crafts: Sequence[Craft]
    teams: Mapping[str, str]


def rule_faults(rules: Sequence[RoutingRule], staffing: Staffing) -> Iterator[RuleFault]:
    """Give what is wrong with rules for these people: a queue that is not there, needs that nobody meets."""
    for number, rule in enumerate(rules):
        path = f"$.rules[{number}].then"
        if rule.then.queue is not None and rule.then.queue not in staffing.teams:
            yield RuleFault(path=f"{path}.queue", message="There is no such team", severity="error")
        elif rule.active:
            teams = frozenset({rule.then.queue} if rule.then.queue else ())
            yield from needed_faults(rule.then.needed, teams, staffing, f"{path}.needed")


def needed_faults(needed: Needed, teams: frozenset[str], staffing: Staffing, path: str) -> Iterator[RuleFault]:
    """Give the first thing that keeps everybody from what is needed: who has it would wait for ever."""
    needs = Needs(
        teams=teams, skills=skills_of(needed.skills), language=tongue(needed.language), region=needed.region,
        department=needed.department, restricted=frozenset(needed.restricted), kind=BULK if needed.bulk else "chat",
        bulk=needed.bulk,
    )  # fmt: skip
    if any(suits(needs, craft) is None for craft in staffing.crafts):
        return
    for skill in needs.skills:
        alone = Needs(skills=(skill,))
        found = [hindrance for craft in staffing.crafts if (hindrance := suits(alone, craft)) is not None]
        if len(found) == len(staffing.crafts):
            weak = any(hindrance.code is Code.LEVEL for hindrance in found)
            message = "Nobody has this skill at this level" if weak else "Nobody has this skill"
            yield RuleFault(path=f"{path}.skills", message=message, severity="warning", facts={"skill": skill.name})
            return
    for name in ("language", "region", "department", "restricted"):
        if getattr(needs, name) and not _anybody(Needs(**{name: getattr(needs, name)}), staffing):
            yield RuleFault(path=f"{path}.{name}", message="Nobody is there for that", severity="warning")
            return
    yield RuleFault(path=path, message="Nobody meets all of that in this queue", severity="warning")


def queue_faults(id: str, terms: QueueTerms, staffing: Staffing) -> Iterator[RuleFault]:
    """Give what is wrong with a queue for these people."""
    if id != ANYBODY and id not in staffing.teams:
        yield RuleFault(path="$.id", message="There is no such team", severity="error")
        return
    for number, step in enumerate(terms.queue.steps):
        for team in sorted(step.teams - set(staffing.teams)):
            path = f"$.queue.steps[{number}].teams"
            yield RuleFault(path=path, message="There is no such team", severity="error", facts={"team": team})
    if not _anybody(Needs(teams=frozenset() if id == ANYBODY else frozenset({id})), staffing):
        yield RuleFault(path="$.id", message="Nobody serves this queue", severity="warning")


def house_faults(rules: Rules) -> Iterator[RuleFault]:
    """Give what is wrong with a policy: kinds of work that no channel brings."""
    for name, kind in rules.kinds.items():
        if name not in KINDS:
            yield RuleFault(path=f"$.kinds.{name}", message="No channel brings this kind of work", severity="error")
        for other in sorted(kind.interrupts - set(KINDS)):
            facts = {"kind": other}
            yield RuleFault(
                path=f"$.kinds.{name}.interrupts", message="There is no such kind", severity="error", facts=facts
            )


def complete(rules: Rules) -> Rules:
    """Return the policy with every kind of work described, and every priority weighed."""
    return structs.replace(rules, kinds={**KINDS, **rules.kinds}, weights={**WEIGHTS, **rules.weights})


def _anybody(needs: Needs, staffing: Staffing) -> bool:
    return any(suits(needs, craft) is None for craft in staffing.crafts)
