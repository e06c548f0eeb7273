"""The deadlines of one conversation: its clocks, what was done about them, and who sees to it."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from accounts.permissions import Permission
from accounts.users import USERS
from desk.deadlines import History
from desk.policies import POLICIES, Kind, Pause
from desk.rows import Escalation, StaffNotice
from desk.sla import Clock, Paused
from server.api.contract import Call, Routes
from server.api.seen import seen

routes = Routes("desk")


class ClockShown(Struct, frozen=True, kw_only=True):
    """One promise. `spent` and `allowed` are seconds of open time, `spent` as of `since` while it runs."""

    kind: Kind
    state: Literal["running", "paused", "over"]
    paused: Pause | None
    began_at: datetime
    allowed: float
    spent: float
    since: datetime | None
    warn_at: datetime | None
    due_at: datetime | None
    warned_at: datetime | None
    breached_at: datetime | None
    over_at: datetime | None
    seen_to_by: str
    seen_to_name: str
    pauses: tuple[Paused, ...]


class DeadlinesShown(Struct, frozen=True, kw_only=True):
    """The clocks that are on, then those that are over, newest first; steps and notices newest first."""

    policy: str
    policy_name: str
    clocks: tuple[ClockShown, ...]
    escalations: tuple[Escalation, ...]
    notices: tuple[StaffNotice, ...]


@routes.get("/conversations/{id}/deadlines", permission=Permission.CONVERSATIONS_READ)
async def get_deadlines(call: Call, id: str) -> DeadlinesShown:
    """Show by when what is owed, and what was done about it."""
    await seen(call, id)
    return await _shown(call, await call.hub.desk.deadlines.of(id))


@routes.post("/conversations/{id}/deadlines/see-to", permission=Permission.CONVERSATIONS_REPLY)
async def see_to_deadlines(call: Call, id: str) -> DeadlinesShown:
    """Say that one sees to what is overdue: nobody is reminded of it any more."""
    await seen(call, id)
    await call.hub.desk.deadlines.see_to(id, call.actor.user)
    return await _shown(call, await call.hub.desk.deadlines.of(id))


async def _shown(call: Call, history: History) -> DeadlinesShown:
    deadline = history.deadline
    policy = await call.hub.store.get(POLICIES, deadline.policy) if deadline else None
    clocks = (*deadline.clocks.on, *reversed(deadline.clocks.over)) if deadline else ()
    people = await call.hub.store.get_many(USERS, list({one.acted_by for one in clocks if one.acted_by}))
    names = {user.id: user.name for user in people}
    return DeadlinesShown(
        policy=deadline.policy if deadline else "", policy_name=policy.terms.name if policy else "",
        clocks=tuple(_clock(one, names.get(one.acted_by, "")) for one in clocks),
        escalations=history.escalations, notices=history.notices,
    )  # fmt: skip


def _clock(clock: Clock, name: str) -> ClockShown:
    state: Literal["running", "paused", "over"] = "over" if clock.over_at else "running" if clock.since else "paused"
    return ClockShown(
        kind=clock.kind, state=state, paused=clock.paused, began_at=clock.began_at, allowed=clock.allowed / 1000,
        spent=clock.spent / 1000, since=clock.since, warn_at=clock.warn_at, due_at=clock.due_at,
        warned_at=clock.warned_at, breached_at=clock.breached_at, over_at=clock.over_at, seen_to_by=clock.acted_by,
        seen_to_name=name, pauses=clock.pauses,
    )  # fmt: skip
