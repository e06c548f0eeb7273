"""Presence, offers, taking, and why a conversation went to whom."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct, structs

from accounts.permissions import GRANTS, Permission
from accounts.teams import TEAMS
from accounts.users import USERS
from conversations.model import Conversation
from conversations.wants import Needed
from hub.errors import Invalid
from hub.store.port import By, Eq, Has, Write
from routing.decisions import decided
from routing.model import DECISIONS, DESKS, Decision, Desk, Outcome, Presence
from server.api.contract import Call, Gate, Routes
from server.api.seen import author, seen

routes = Routes("routing")
REPLY = Permission.CONVERSATIONS_REPLY
MOST = 200


class PresenceChosen(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one wants to be: 就绪, 忙碌, 离开."""

    status: Presence


class PresenceShown(Struct, frozen=True, kw_only=True):
    """One colleague at work. `status` is what routing goes by, `chosen` what they set."""

    user: str
    name: str
    status: Presence
    chosen: Presence
    load: int
    capacity: int
    since: datetime


class PresencesShown(Struct, frozen=True, kw_only=True):
    """Colleagues who share a team."""

    items: tuple[PresenceShown, ...]
    next: str | None = None


class Transfer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To whom: a team's queue or one colleague. `note` is for whoever gets it; customers never see it."""

    team: str | None = None
    agent: str | None = None
    note: Annotated[str, Meta(max_length=10_000)] = ""


class DecisionsShown(Struct, frozen=True, kw_only=True):
    """Decision records, newest first."""

    items: tuple[Decision, ...]
    next: str | None = None


@routes.get("/presence", permission=Gate.LOGGED_IN)
async def get_presence(call: Call) -> PresenceShown:
    """Return one's own presence, load and capacity."""
    return shown(await call.hub.presences.seated(call.actor.user))


@routes.put("/presence", permission=Gate.LOGGED_IN)
async def put_presence(call: Call, body: PresenceChosen) -> PresenceShown:
    """Choose to be online, busy or away; unanswered offers go back unless online."""
    return shown(await call.hub.presences.choose(call.actor.user, body.status))


@routes.get("/presence/team", permission=Gate.LOGGED_IN)
async def team_presence(call: Call) -> PresencesShown:
    """Return the colleagues of one's teams, or everybody for those who see everything."""
    desks: dict[str, Desk] = {}
    if call.actor.sees_all:
        found = await call.hub.store.find(DESKS, order=(By("id"),), limit=MOST)
        desks.update((desk.id, desk) for desk in found)
    for team in call.actor.teams:
        found = await call.hub.store.find(DESKS, Has("teams", (team,)), order=(By("id"),), limit=MOST)
        desks.update((desk.id, desk) for desk in found)
    return PresencesShown(items=tuple(shown(desk) for desk in desks.values()))


@routes.post("/conversations/{id}/accept", permission=REPLY)
async def accept_offer(call: Call, id: str) -> Conversation:
    """Accept the offer of this conversation."""
    await seen(call, id)
    return await call.hub.offers.accept(id, call.actor.user)


@routes.post("/conversations/{id}/decline", permission=REPLY)
async def decline_offer(call: Call, id: str) -> Conversation:
    """Send the offered conversation back to its place in the queue."""
    await seen(call, id)
    return await call.hub.offers.decline(id, call.actor.user)


@routes.post("/conversations/{id}/take", permission=REPLY)
async def take_conversation(call: Call, id: str) -> Conversation:
    """Take the conversation; from a colleague only with the right to take over."""
    await seen(call, id)
    over = call.actor.may(Permission.CONVERSATIONS_TAKEOVER)
    return await call.hub.offers.take(id, call.actor.user, over=over, name=call.actor.name)


@routes.post("/conversations/{id}/transfer", permission=REPLY)
async def transfer_conversation(call: Call, id: str, body: Transfer) -> Conversation:
    """Give it to a team's queue, or straight to a colleague who answers customers."""
    await seen(call, id)
    await _check_target(call, body)

    def record(read: Conversation, at: datetime) -> Write:
        moved = structs.replace(read, team=body.team) if body.team else read
        return decided(moved, Outcome.TRANSFERRED, at=at, agent=body.agent, by=call.actor.user)

    return await call.hub.talks.acts.transfer(
        id, author(call), team=body.team, agent=body.agent, note=body.note.strip(), record=record
    )


@routes.put("/conversations/{id}/needs", permission=REPLY)
async def ask_for(call: Call, id: str, body: Needed) -> Conversation:
    """Say what it needs of the person who answers; where it waits, it moves to another line and keeps its turn."""
    await seen(call, id)
    return await call.hub.routing.asking.ask(id, body, by=call.actor.user, name=call.actor.name)


@routes.get("/conversations/{id}/decisions", permission=Permission.CONVERSATIONS_READ)
async def list_decisions(call: Call, id: str) -> DecisionsShown:
    """Say why it went where it went, newest first."""
    await seen(call, id)
    order = (By("id", descending=True),)
    found = await call.hub.store.find(DECISIONS, Eq("conversation", id), order=order, limit=50)
    return DecisionsShown(items=tuple(found))


def shown(desk: Desk) -> PresenceShown:
    """Return the desk as colleagues see it."""
    return PresenceShown(
        user=desk.id,
        name=desk.name,
        status=desk.status,
        chosen=desk.chosen,
        load=desk.load,
        capacity=desk.capacity,
        since=desk.idle_since,
    )


async def _check_target(call: Call, body: Transfer) -> None:
    """Return quietly when there is such a team, or such a colleague who may answer; raises `Invalid`."""
    if body.team is not None and await call.hub.store.get(TEAMS, body.team) is None:
        raise Invalid("There is no such team", path="$.team")
    if body.agent is None:
        return
    user = await call.hub.store.get(USERS, body.agent)
    if user is None or not user.active or REPLY not in GRANTS[user.role]:
        raise Invalid("There is no such colleague who answers customers", path="$.agent")
