"""Queues, and the policy of the house: what is promised to who waits, and in which order people are asked."""

from datetime import datetime

from msgspec import Struct, structs

from accounts.permissions import Permission
from accounts.teams import TEAMS
from hub.store.port import By
from routing.checking import complete
from routing.policy.order import Rules
from routing.ruleset import RuleFault
from routing.settings import ANYBODY, MOST_QUEUES, PLAIN_QUEUE, QueueRow, QueueTerms
from server.api.accounts.shown import act_of
from server.api.contract import Call, Routes

routes = Routes("routing")
READ, MANAGE = Permission.ROUTING_READ, Permission.ROUTING_MANAGE


class QueueDescribed(Struct, frozen=True, kw_only=True):
    """A queue; the id is its team's, or "anybody". Without a version nobody described it, and it promises nothing."""

    id: str
    name: str
    version: int | None
    terms: QueueTerms
    changed_at: datetime | None = None
    faults: tuple[RuleFault, ...] = ()


class QueuesDescribed(Struct, frozen=True, kw_only=True):
    """Every queue there is: one for each team, and that of conversations without a team."""

    items: tuple[QueueDescribed, ...]
    next: str | None = None


class QueuePut(QueueTerms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Other terms, over the version that was read; none for a queue that nobody described."""

    version: int | None


class HouseShown(Struct, frozen=True, kw_only=True):
    """The policy; without a version it is as delivered."""

    version: int | None
    rules: Rules
    changed_at: datetime | None = None


class HousePut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another policy, over the version that was read."""

    version: int | None
    rules: Rules


@routes.get("/routing/queues", permission=READ)
async def list_queues(call: Call) -> QueuesDescribed:
    """List every queue."""
    described = {row.id: row for row in await call.hub.routing.designing.queues()}
    teams = await call.hub.store.find(TEAMS, order=(By("name"), By("id")), limit=MOST_QUEUES)
    names = {**{team.id: team.name for team in teams}, ANYBODY: ""}
    return QueuesDescribed(items=tuple(_shown(id, name, described.get(id)) for id, name in names.items()))


@routes.put("/routing/queues/{id}", permission=MANAGE)
async def set_queue(call: Call, id: str, body: QueuePut) -> QueueDescribed:
    """Describe a queue; `faults` warn of what makes no sense for the people there are."""
    terms = QueueTerms(**{name: value for name, value in structs.asdict(body).items() if name != "version"})
    kept = await call.hub.routing.designing.set_queue(act_of(call), id, body.version, terms)
    team = await call.hub.store.get(TEAMS, id)
    return structs.replace(_shown(id, team.name if team else "", kept.row), faults=kept.faults)


@routes.delete("/routing/queues/{id}", permission=MANAGE)
async def forget_queue(call: Call, id: str) -> None:
    """Let a queue promise nothing again; who waits in it stays."""
    await call.hub.routing.designing.forget_queue(act_of(call), id)


@routes.get("/routing/house", permission=READ)
async def get_house(call: Call) -> HouseShown:
    """Return the policy of the house."""
    house = await call.hub.routing.designing.house()
    if house is None:
        return HouseShown(version=None, rules=complete(Rules()))
    return HouseShown(version=house.version, rules=house.rules, changed_at=house.changed_at)


@routes.put("/routing/house", permission=MANAGE)
async def set_house(call: Call, body: HousePut) -> HouseShown:
    """Set the policy; it routes from now on, also those who wait already."""
    house = await call.hub.routing.designing.set_house(act_of(call), body.version, body.rules)
    return HouseShown(version=house.version, rules=house.rules, changed_at=house.changed_at)


def _shown(id: str, name: str, row: QueueRow | None) -> QueueDescribed:
    if row is None:
        return QueueDescribed(id=id, name=name, version=None, terms=PLAIN_QUEUE)
    return QueueDescribed(id=id, name=name, version=row.version, terms=row.terms, changed_at=row.changed_at)
