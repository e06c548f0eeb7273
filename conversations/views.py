"""Every list of the inbox as data: which conversations, in which order, for whose eyes. Pure.

A view is a few branches, each served by one index; `conversations/lists.py` merges their pages.
Who may see what is one rule, `may_see`: one's own, those of one's teams, those of no team, those one follows.
"""

from typing import Protocol

from msgspec import Struct, structs

from conversations.model import Conversation, State
from hub.errors import Invalid, NotFound
from hub.store.port import Eq, Has, In, Missing, Present, Test

OPEN = (State.BOT, State.WAITING, State.AGENT)
FIXED = ("mine", "offered", "mentions", "unassigned", "all", "bot", "snoozed", "closed")
UNDUE = ("offered", "mentions", "snoozed", "closed")
"""Views that nobody works through by deadline: no index is paid for that."""
MOST_TEAMS = 20
"""Teams of one person; each is a branch of the merge."""


class Viewer(Protocol):
    """Who looks: `accounts.actor.Actor` is one."""

    @property
    def user(self) -> str:
        """Return the id of the user."""
        ...

    @property
    def teams(self) -> tuple[str, ...]:
        """Return the teams they are in."""
        ...

    @property
    def sees_all(self) -> bool:
        """Say whether they see every conversation."""
        ...


class View(Struct, frozen=True, kw_only=True):
    """One list. `branches` are disjoint; `own` may repeat rows of them. Queues are oldest first by `queued_at`.

    `due`: the rows that are due, the soonest first.
    """

    id: str
    branches: tuple[tuple[Test, ...], ...]
    own: tuple[Test, ...] = ()
    queue: bool = False
    due: bool = False


def may_see(viewer: Viewer, conversation: Conversation) -> bool:
    """Say whether this person may see the conversation."""
    return (
        viewer.sees_all
        or conversation.team is None
        or conversation.team in viewer.teams
        or viewer.user in (conversation.agent, conversation.offered_to)
        or viewer.user in conversation.followers
    )


def views_of(viewer: Viewer, teams: tuple[str, ...] = ()) -> list[View]:
    """Return every view this person has; `teams` are all teams there are, for those who see all."""
    queues = teams if viewer.sees_all and teams else viewer.teams
    return [view(id, viewer) for id in (*FIXED, *(f"team:{team}" for team in queues))]


def view(id: str, viewer: Viewer) -> View:
    """Return the view of this id; raises `NotFound` for another team's queue and for ids nobody knows."""
    user = viewer.user
    match id:
        case "mine":
            mine = (Eq("state", State.AGENT), Eq("agent", user), Missing("snoozed_until"))
            return View(id=id, branches=(mine,))
        case "offered":
            return View(id=id, branches=((Present("offered_to"), Eq("offered_to", user)),), queue=True)
        case "mentions":
            return View(id=id, branches=((Has("followers", (user,)),),))
        case "unassigned":
            return View(id=id, branches=_unassigned(viewer), queue=True)
        case "all":
            return _among(id, OPEN, viewer)
        case "bot":
            return _among(id, (State.BOT,), viewer)
        case "closed":
            return _among(id, (State.CLOSED,), viewer)
        case "snoozed":
            return View(id=id, branches=_per_team(viewer, Present("snoozed_until")))
        case _:
            return _queue(id, viewer)


def by_due(wanted: View) -> View:
    """Return the part of a view that is due; raises `Invalid` for the views that are never asked so."""
    if wanted.id in UNDUE:
        raise Invalid("This view has no order by deadline", path="$.order", view=wanted.id)
    branches = tuple((*_with_state(branch), Present("due_at")) for branch in wanted.branches)
    own = (*wanted.own, Present("due_at")) if wanted.own else ()
    return structs.replace(wanted, branches=branches, own=own, queue=False, due=True)


def _with_state(branch: tuple[Test, ...]) -> tuple[Test, ...]:
    """Name the state that `queued_at` implies, for the index begins with it."""
    stated = any(isinstance(test, Eq | In) and test.field == "state" for test in branch)
    return branch if stated else (Eq("state", State.WAITING), *branch)


def holds(id: str, viewer: Viewer, conversation: Conversation) -> bool:
    """Say whether this view of this person shows the conversation: the same rule as `view`, for one row."""
    user, state = viewer.user, conversation.state
    inside = viewer.sees_all or conversation.team is None or conversation.team in viewer.teams
    own = state is State.AGENT and conversation.agent == user
    match id:
        case "mine":
            return own and conversation.snoozed_until is None
        case "offered":
            return conversation.offered_to == user
        case "mentions":
            return user in conversation.followers
        case "unassigned":
            return inside and conversation.queued_at is not None
        case "all":
            return conversation.live and (inside or own)
        case "bot":
            return inside and state is State.BOT
        case "closed":
            return inside and state is State.CLOSED
        case "snoozed":
            return inside and conversation.snoozed_until is not None
        case _:
            return id == f"team:{conversation.team}" and inside and conversation.queued_at is not None


def _among(id: str, states: tuple[State, ...], viewer: Viewer) -> View:
    tests: Test = Eq("state", states[0]) if len(states) == 1 else In("state", states)
    own = (Eq("state", State.AGENT), Eq("agent", viewer.user)) if State.AGENT in states else ()
    return View(id=id, branches=_per_team(viewer, tests), own=() if viewer.sees_all else own)


def _unassigned(viewer: Viewer) -> tuple[tuple[Test, ...], ...]:
    if viewer.sees_all:
        return ((Present("queued_at"),),)
    return _per_team(viewer, Eq("state", State.WAITING), Present("queued_at"))


def _queue(id: str, viewer: Viewer) -> View:
    kind, _, team = id.partition(":")
    if kind != "team" or not team or not (viewer.sees_all or team in viewer.teams):
        raise NotFound("No such view", view=id)
    tests = (Eq("state", State.WAITING), Eq("team", team), Present("queued_at"))
    return View(id=id, branches=(tests,), queue=True)


def _per_team(viewer: Viewer, *tests: Test) -> tuple[tuple[Test, ...], ...]:
    """Return one branch for those without a team and one for the viewer's teams, or one for everything."""
    if viewer.sees_all:
        return (tests,)
    nobodys = (*tests, Missing("team"))
    return (nobodys, (*tests, In("team", viewer.teams[:MOST_TEAMS]))) if viewer.teams else (nobodys,)
