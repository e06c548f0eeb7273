"""Why nobody was given it: counted from what was in the way of everybody, and said in a sentence."""

from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import Struct

from routing.policy.fit import NOT_IDLE, Code, Hindrance, fits
from routing.policy.kinds import ChannelKind
from routing.policy.needs import Item
from routing.policy.workers import Worker


class Count(Struct, frozen=True):
    """So many people, and what was in their way."""

    hindrance: Hindrance
    people: int


class Reason(Struct, frozen=True, kw_only=True):
    """Why an item waits. `idle` people had a place; `counts` says for all who serve the queue what was in the way."""

    idle: int
    people: int
    counts: tuple[Count, ...] = ()

    @property
    def sentence(self) -> str:
        """Return it in English, as the record shows it; the pages say it in the reader's language from the codes."""
        if not self.people:
            return "nobody serves this queue"
        told = [count for count in self.counts if (count.hindrance.code not in NOT_IDLE) or not self.idle]
        whole = self.idle or self.people
        word = f"{whole} {'idle ' if self.idle else ''}{'agent' if whole == 1 else 'agents'}"
        if len(told) == 1:
            return f"{word}, {_nobody(told[0].hindrance)}"
        return f"{word}: " + ", ".join(f"{count.people} {_some(count.hindrance)}" for count in told)


def reason(item: Item, workers: Iterable[Worker], kinds: Mapping[str, ChannelKind], *, at: float) -> Reason:
    """Count what keeps each of these people from the item; those of other teams are left out."""
    found = [hindrance for worker in workers if (hindrance := fits(item, worker, kinds, at=at)) is not None]
    found = [hindrance for hindrance in found if hindrance.code is not Code.TEAM]
    ranks = list(Code)
    ordered = sorted(Counter(found).items(), key=lambda pair: (ranks.index(pair[0].code), pair[0].detail))
    return Reason(
        idle=sum(hindrance.code not in NOT_IDLE for hindrance in found),
        people=len(found),
        counts=tuple(Count(hindrance, people) for hindrance, people in ordered),
    )


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
