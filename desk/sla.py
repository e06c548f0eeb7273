"""The clocks of one conversation: what each promise has used up, when it is due, and what stopped it. Pure.

                 the customer waits                        answered, closed
    (not begun) ------------------> running  ----------------------------------> over
                                     |    ^
              waits for the customer,|    | goes on with what was left
              a supplier, a bot      v    |
                                     paused

`follow` is told how the conversation stands and moves the clocks; `ring` marks what the passing of time alone has
brought about. Both may be told the same thing twice. Open time is counted by the calendar in force when it is measured;
what was spent under an older policy stays spent.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct, structs

from conversations.hours import Hours
from conversations.model import Due
from conversations.standing import Standing
from desk.calendars import add, between
from desk.policies import Kind, Pause, PolicyTerms, Target

MILLISECOND = timedelta(milliseconds=1)
KEPT = 20
"""Clocks that are over, and pauses of one clock, that are kept to be shown."""


class Paused(Struct, frozen=True, kw_only=True):
    """A stretch that did not count; `until` None: it lasts."""

    why: Pause
    since: datetime
    until: datetime | None = None


class Clock(Struct, frozen=True, kw_only=True):
    """One promise being kept or broken. Lengths are milliseconds of open time.

    `since` is set while it runs: from there on open time adds to `spent`. `due_at` and `warn_at` are set while it runs,
    and `due_at` stays once it was passed. `warned_at` and `breached_at` are when that was due, not when it was noticed.
    `acted_at`: somebody said then that they see to it.
    """

    kind: Kind
    began_at: datetime
    allowed: int
    warn_percent: int = 0
    spent: int = 0
    since: datetime | None = None
    due_at: datetime | None = None
    warn_at: datetime | None = None
    warned_at: datetime | None = None
    breached_at: datetime | None = None
    over_at: datetime | None = None
    acted_at: datetime | None = None
    acted_by: str = ""
    pauses: tuple[Paused, ...] = ()

    @property
    def paused(self) -> Pause | None:
        """Return whom it waits for, if it stands still."""
        last = self.pauses[-1] if self.pauses else None
        return last.why if last and last.until is None and self.over_at is None else None

    @property
    def key(self) -> str:
        """Name this clock among all of its conversation."""
        return f"{self.kind}@{self.began_at.isoformat()}"


class Clocks(Struct, frozen=True, kw_only=True):
    """All clocks of one conversation: those that are on, and the latest that are over.

    `heard` is how the conversation last stood, `terms` names policy and calendar they go by.
    """

    heard: Standing | None = None
    terms: str = ""
    on: tuple[Clock, ...] = ()
    over: tuple[Clock, ...] = ()


def follow(
    clocks: Clocks, policy: PolicyTerms, terms: str, hours: Hours, now: Standing, *, at: datetime | None = None
) -> Clocks:
    """Return the clocks as they are once the conversation stands so; `at` when that is looked at later than it began.

    An older standing than the one known changes nothing, unless `terms` are others by now.
    """
    heard = clocks.heard
    if heard is not None and now.version <= heard.version and terms == clocks.terms:
        return clocks
    moment = max(now.at, at) if at else now.at
    clocks = _passed(clocks, moment)
    again = now.live and (now.reopened or (heard is not None and not heard.live))
    on: list[Clock] = []
    over = list(clocks.over)
    for target in policy.targets:
        old = next((clock for clock in clocks.on if clock.kind is target.kind), None)
        if old is not None and terms != clocks.terms:
            old = _retargeted(old, target, hours, moment)
        if old is not None and not _goes_on(old, now):
            over.append(_ended(old, hours, now, moment))
            old = None
        clock, since = (old, moment) if old else _begun(target, now, moment, over, policy, again=again)
        if clock is not None:
            on.append(_turned(clock, target, hours, now, since))
    return Clocks(heard=now, terms=terms, on=tuple(on), over=tuple(over[-KEPT:]))


def ring(clocks: Clocks, at: datetime) -> Clocks:
    """Return the clocks with every warning and breach marked that has come by `at`."""
    return structs.replace(clocks, on=tuple(_marked(clock, at, inclusive=True) for clock in clocks.on))


def acted(clocks: Clocks, by: str, at: datetime) -> Clocks:
    """Return the clocks with a person's word that they see to what was warned of or broken so far."""
    on = tuple(
        structs.replace(clock, acted_at=at, acted_by=by) if clock.warned_at or clock.breached_at else clock
        for clock in clocks.on
    )
    return structs.replace(clocks, on=on)


def upcoming(clocks: Clocks) -> datetime | None:
    """Return when `ring` will next have something to mark."""
    moments = [clock.warn_at for clock in clocks.on if clock.warn_at and not clock.warned_at]
    moments += [clock.due_at for clock in clocks.on if clock.due_at and not clock.breached_at]
    return min(moments, default=None)


def due(clocks: Clocks) -> Due | None:
    """Return what a list shows: an answer that is owed before the closing of the matter, the earlier one first."""
    running = [clock for clock in clocks.on if clock.due_at and clock.since]
    if not running:
        return None
    clock = min(running, key=lambda one: (one.kind is Kind.RESOLUTION, one.due_at or one.began_at))
    return Due(
        kind=clock.kind.value, at=clock.due_at or clock.began_at, warn_at=clock.warn_at,
        warned=clock.warned_at is not None, breached=clock.breached_at is not None,
    )  # fmt: skip


def left(clock: Clock, hours: Hours, at: datetime) -> timedelta:
    """Return how much open time is left at `at`; less than none when it is over."""
    running = between(hours, clock.since, at) if clock.since else timedelta(0)
    return (clock.allowed - clock.spent) * MILLISECOND - running


def _passed(clocks: Clocks, at: datetime) -> Clocks:
    """Mark what came before `at`: an answer at the very moment that is due is in time."""
    return structs.replace(clocks, on=tuple(_marked(clock, at, inclusive=False) for clock in clocks.on))


def _marked(clock: Clock, at: datetime, *, inclusive: bool) -> Clock:
    def come(moment: datetime | None) -> bool:
        return moment is not None and (moment <= at if inclusive else moment < at)

    if clock.since is None:
        return clock
    if clock.warned_at is None and come(clock.warn_at):
        clock = structs.replace(clock, warned_at=clock.warn_at)
    if clock.breached_at is None and come(clock.due_at):
        clock = structs.replace(clock, breached_at=clock.due_at)
    return clock


def _goes_on(clock: Clock, now: Standing) -> bool:
    """Say whether the promise still stands. A first answer is owed until there is one, whatever a bot said since."""
    match clock.kind:
        case Kind.FIRST:
            return now.live and now.first_reply_at is None
        case Kind.NEXT:
            return now.live and now.waiting_since == clock.began_at
        case Kind.RESOLUTION:
            return now.live


def _begun(
    target: Target, now: Standing, at: datetime, over: list[Clock], policy: PolicyTerms, *, again: bool
) -> tuple[Clock | None, datetime]:
    """Return the clock that this standing calls for, if any, and since when its time counts."""
    new = Clock(kind=target.kind, began_at=at, allowed=target.seconds * 1000, warn_percent=target.warn_percent)
    if not now.live:
        return None, at
    if target.kind is Kind.RESOLUTION:
        if again:
            return (_resumed(over, new) if policy.reopened == "resume" else new), at
        since = now.opened_at if _first(over, target.kind) else at
        return structs.replace(new, began_at=since), since
    owed = now.waiting_since
    if owed is None or (target.kind is Kind.FIRST) != (now.first_reply_at is None):
        return None, at
    return structs.replace(new, began_at=owed), owed


def _first(over: Iterable[Clock], kind: Kind) -> bool:
    return all(clock.kind is not kind for clock in over)


def _resumed(over: list[Clock], new: Clock) -> Clock:
    """Take the latest clock of this kind back from those that are over."""
    for number in range(len(over) - 1, -1, -1):
        if over[number].kind is new.kind:
            return structs.replace(over.pop(number), over_at=None, acted_at=None, acted_by="")
    return new


def _turned(clock: Clock, target: Target, hours: Hours, now: Standing, at: datetime) -> Clock:
    """Let the clock run or stand still, as the conversation is."""
    why = _why(target, now)
    if why is None:
        return clock if clock.since is not None else _run(clock, hours, at)
    if clock.paused is why:
        return clock
    stopped = _stopped(clock, hours, at)
    pauses = (*_closed(stopped.pauses, at), Paused(why=why, since=at))
    return structs.replace(stopped, pauses=pauses[-KEPT:])


def _why(target: Target, now: Standing) -> Pause | None:
    """Return why the time does not count; a supplier is waited for more than a customer."""
    reasons = {
        Pause.BOT: now.bot,
        Pause.SUPPLIER: now.held,
        Pause.CUSTOMER: now.waiting_since is None and not now.bot,
    }
    return next((why for why, so in reasons.items() if so and why in target.pauses), None)


def _run(clock: Clock, hours: Hours, at: datetime) -> Clock:
    remaining = max(clock.allowed - clock.spent, 0)
    due_at = clock.breached_at or add(hours, at, remaining * MILLISECOND)
    warn_at = None
    if clock.warn_percent:
        before = max(clock.allowed * clock.warn_percent // 100 - clock.spent, 0)
        warn_at = clock.warned_at or min(add(hours, at, before * MILLISECOND), due_at)
    return structs.replace(clock, since=at, due_at=due_at, warn_at=warn_at, pauses=_closed(clock.pauses, at))


def _stopped(clock: Clock, hours: Hours, at: datetime) -> Clock:
    if clock.since is None:
        return clock
    spent = clock.spent + between(hours, clock.since, at) // MILLISECOND
    return structs.replace(clock, spent=spent, since=None, due_at=clock.breached_at, warn_at=None)


def _ended(clock: Clock, hours: Hours, now: Standing, at: datetime) -> Clock:
    """Stop it for good; a first answer was given when it was given."""
    end = max(now.first_reply_at if clock.kind is Kind.FIRST and now.first_reply_at else at, clock.began_at)
    stopped = _stopped(clock, hours, end)
    return structs.replace(stopped, over_at=end, due_at=clock.due_at, pauses=_closed(stopped.pauses, end))


def _closed(pauses: tuple[Paused, ...], at: datetime) -> tuple[Paused, ...]:
    if pauses and pauses[-1].until is None:
        return (*pauses[:-1], structs.replace(pauses[-1], until=at))
    return pauses


def _retargeted(clock: Clock, target: Target, hours: Hours, at: datetime) -> Clock:
    """Let the clock go by another length: who gets more time has not broken the promise yet."""
    at = max(at, clock.since or at)
    stopped = _stopped(clock, hours, at)
    allowed = target.seconds * 1000
    more = allowed > stopped.spent
    warned = stopped.spent >= allowed * target.warn_percent // 100 if target.warn_percent else False
    changed = structs.replace(
        stopped, allowed=allowed, warn_percent=target.warn_percent,
        warned_at=stopped.warned_at if warned else None, breached_at=None if more else stopped.breached_at,
        due_at=None if more else stopped.breached_at,
    )  # fmt: skip
    return _run(changed, hours, at) if clock.since is not None else changed
