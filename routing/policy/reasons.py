"""Why nobody was given it: counted from what was in the way of everybody, and said in a sentence."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from routing.policy.fit import NOT_IDLE, Code, Hindrance, fits, suits
from routing.policy.kinds import ChannelKind
from routing.policy.needs import Item
from routing.policy.workers import Worker


class Count(Struct, frozen=True):
    """So many people, and what was in their way."""

    hindrance: Hindrance
    people: int


class Reason(Struct, frozen=True, kw_only=True):
    """Why an item waits. `idle` people had a place; `counts` says for all who serve the queue what was in the way.

    `lacking` is what all of them lack, whether they have a place or not: nobody will serve it, however long it waits.
    """

    idle: int
    people: int
    counts: tuple[Count, ...] = ()
    lacking: Hindrance | None = None

    @property
    def sentence(self) -> str:
        """Return it in English, as the record shows it; the pages say it in the reader's language from the codes."""
        if not self.people:
            return "nobody serves this queue"
        told = [count for count in self.counts if (count.hindrance.code not in NOT_IDLE) or not self.idle]
        whole = self.idle or self.people
        word = f"{whole} {'idle ' if self.idle else ''}{'agent' if whole == 1 else 'agents'}"
        if len(told) == 1:
            said = f"{word}, {_nobody(told[0].hindrance)}"
        else:
            said = f"{word}: " + ", ".join(f"{count.people} {_some(count.hindrance)}" for count in told)
        known = any(count.hindrance == self.lacking for count in told)
        return said if self.lacking is None or known else f"{said}; {_nobody(self.lacking)}"


def reason(item: Item, workers: Iterable[Worker], kinds: Mapping[str, ChannelKind], *, at: float) -> Reason:
    """Count what keeps each of these people from the item; those of other teams are left out."""
    found, unfit = list[Hindrance](), list[Hindrance | None]()
    for worker in workers:
        craft = suits(item.needs, worker.craft)
        hindrance = fits(item, worker, kinds, at=at)
        if hindrance is not None and Code.TEAM not in (hindrance.code, craft and craft.code):
            found.append(hindrance)
            unfit.append(craft)
    ranks = list(Code)
    ordered = sorted(Counter(found).items(), key=lambda pair: (ranks.index(pair[0].code), pair[0].detail))
    return Reason(
        idle=sum(hindrance.code not in NOT_IDLE for hindrance in found),
        people=len(found),
        counts=tuple(Count(hindrance, people) for hindrance, people in ordered),
        lacking=_lacking(unfit),
    )


def _lacking(unfit: Sequence[Hindrance | None]) -> Hindrance | None:
    """Return what most of them lack when each lacks something."""
    lacked = [hindrance for hindrance in unfit if hindrance is not None]
    return Counter(lacked).most_common(1)[0][0] if lacked and len(lacked) == len(unfit) else None


_NOBODY: Mapping[Code, str] = {
    Code.AWAY: "all away", Code.BUSY: "all busy", Code.ENGAGED: "all on a {}", Code.FULL: "all full",
    Code.LIMIT: "all with as many of {} as they may have", Code.TEAM: "none in {}", Code.BULK: "none for bulk work",
    Code.SKILL: "none with skill {}", Code.LEVEL: "none good enough at {}", Code.LANGUAGE: "none who speaks {}",
    Code.REGION: "none for region {}", Code.DEPARTMENT: "none of department {}",
    Code.CLEARANCE: "none cleared for {}", Code.BARRED: "none who may serve this customer",
    Code.DECLINED: "all declined it", Code.KEPT: "it is kept for {}",
}  # fmt: skip

_SOME: Mapping[Code, str] = {
    Code.AWAY: "away", Code.BUSY: "busy", Code.ENGAGED: "on a {}", Code.FULL: "full",
    Code.LIMIT: "with as many of {} as they may have", Code.TEAM: "not in {}", Code.BULK: "not for bulk work",
    Code.SKILL: "without skill {}", Code.LEVEL: "not good enough at {}", Code.LANGUAGE: "not speaking {}",
    Code.REGION: "not for region {}", Code.DEPARTMENT: "not of department {}",
    Code.CLEARANCE: "not cleared for {}", Code.BARRED: "barred from this customer", Code.DECLINED: "declined it",
    Code.KEPT: "passed over, for it is kept for {}",
}  # fmt: skip


def _nobody(hindrance: Hindrance) -> str:
    return _NOBODY[hindrance.code].format(hindrance.detail)


def _some(hindrance: Hindrance) -> str:
    return _SOME[hindrance.code].format(hindrance.detail)
