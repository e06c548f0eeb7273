"""How everybody who was looked at stood, for the record of a decision. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from routing.model import Candidate, Desk, Verdict
from routing.policy.fit import Code, Hindrance, fits
from routing.policy.needs import Item
from routing.policy.order import Rules, turn
from routing.serving import worker_of

MOST = 20
"""People whom one record names."""

VERDICTS: Mapping[Code, Verdict] = {
    Code.AWAY: Verdict.AWAY,
    Code.BUSY: Verdict.BUSY,
    Code.ENGAGED: Verdict.NO_PLACE,
    Code.FULL: Verdict.NO_PLACE,
    Code.LIMIT: Verdict.NO_PLACE,
    Code.DECLINED: Verdict.DECLINED,
}
"""Any other hindrance means that they are not who is needed."""


def candidates(
    item: Item, chosen: str | None, desks: Iterable[Desk], rules: Rules, at: datetime
) -> tuple[Candidate, ...]:
    """Return who was considered, in their turn."""
    known = [(desk, worker_of(desk)) for desk in desks]
    known.sort(key=lambda one: (*turn(rules, one[1].craft, 0.0, one[1].idle_since), one[0].id))
    known.sort(key=lambda one: one[0].id != chosen)
    found = []
    for desk, worker in known[:MOST]:
        hindrance = None if desk.id == chosen else fits(item, worker, rules.kinds, at=at.timestamp())
        found.append(
            Candidate(
                agent=desk.id,
                name=desk.name,
                verdict=_verdict(hindrance, is_chosen=desk.id == chosen),
                load=desk.load,
                capacity=desk.capacity,
                idle_seconds=max(0.0, (at - desk.idle_since).total_seconds()),
                hindrance=hindrance,
            )
        )
    return tuple(found)


def _verdict(hindrance: Hindrance | None, *, is_chosen: bool) -> Verdict:
    if hindrance is None:
        return Verdict.CHOSEN if is_chosen else Verdict.LONGER_IDLE_FIRST
    return VERDICTS.get(hindrance.code, Verdict.UNSUITED)
