"""Taking the steps of an escalation: who is told by which way, where the conversation goes, and the record of it.

Everything a step does is in the commit that notes it as taken, so a crash neither forgets nor repeats it.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct, structs

from accounts.permissions import Role
from accounts.teams import TEAMS
from accounts.users import USERS, User
from conversations.change import Change
from conversations.inboxes import INBOXES
from conversations.model import Conversation, Direction, State
from conversations.moves import to_queue
from conversations.snoozes import SYSTEM
from desk.escalation import Call
from desk.notices import address_of, told
from desk.policies import By, Policy, Recipient, Rung, Whom
from desk.rows import ESCALATIONS, Book, Escalation, Reached
from desk.wording import letter
from hub.ids import new_id
from hub.model import Notice
from hub.store.port import By as Order
from hub.store.port import Eq, Has, Insert, Store

MOST_TOLD = 50
"""People told by one step."""


class Scene(Struct, frozen=True, kw_only=True):
    """What a step is taken over: `address` is the hub's own, for links, `zone` the one times are told in."""

    policy: Policy
    zone: str
    book: Book
    at: datetime
    address: str


class Climbing:
    """Turns calls into writes of a change."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def take(self, change: Change, calls: Sequence[Call], scene: Scene) -> None:
        """Put all that these calls bring about into the change."""
        for call in calls:
            await self._take(change, call, scene)

    async def _take(self, change: Change, call: Call, scene: Scene) -> None:
        people, nobody = await self._people(call.step, change.now)
        moved = await self._move(change, call.step, scene.at)
        reached = await self._tell(change, call, people, scene)
        change.also(
            Insert(
                ESCALATIONS,
                Escalation(
                    id=new_id(), conversation=change.now.id, at=scene.at, policy=scene.policy.id, kind=call.clock.kind,
                    on=call.step.on, due_at=call.clock.due_at, number=call.number, time=call.time, reached=reached,
                    nobody=nobody, team=moved, priority=call.step.priority,
                ),
            )
        )  # fmt: skip

    async def _move(self, change: Change, step: Rung, at: datetime) -> str | None:
        """Give it the priority and the team that the step names; a team that is gone is passed over."""
        if step.priority is not None and step.priority is not change.now.priority:
            change.now = structs.replace(change.now, priority=step.priority)
            change.note(SYSTEM, "prioritised", at=at, priority=step.priority)
        if step.team is None or change.now.team == step.team or await self._store.get(TEAMS, step.team) is None:
            return None
        change.now = to_queue(change.now, step.team, at=at)
        change.note(SYSTEM, "transferred", at=at, team=step.team)
        return step.team

    async def _tell(self, change: Change, call: Call, people: Sequence[User], scene: Scene) -> tuple[Reached, ...]:
        reached: list[Reached] = []
        for by in call.step.by:
            for user in people:
                reached.append(await self._reach(change, call, user, by, scene))
        mentions = tuple(user.id for user in people) if "app" in call.step.by else ()
        names = ", ".join(user.name for user in people)
        facts = {"kind": call.clock.kind.value, "on": call.step.on, "names": names}
        notice = Notice(code="escalated", facts=facts)
        change.add(SYSTEM, (notice,), direction=Direction.NOTE, at=scene.at, mentions=mentions)
        change.follow(mentions)
        return tuple(reached)

    async def _reach(self, change: Change, call: Call, user: User, by: By, scene: Scene) -> Reached:
        if by == "app":
            return Reached(user=user.id, name=user.name, by=by)
        sender = scene.book.senders.get(by)
        inbox = await self._store.get(INBOXES, sender) if sender else None
        if inbox is None or not inbox.active or not address_of(user, by):
            return Reached(user=user.id, name=user.name, by=by, missing=True)
        words = letter(call, change.now, user.preferences.language, address=scene.address, zone=scene.zone)
        notice, writes = told(user, by, inbox, words, change.now.id, at=scene.at)
        change.also(*writes)
        return Reached(user=user.id, name=user.name, by=by, notice=notice)

    async def _people(self, step: Rung, conversation: Conversation) -> tuple[list[User], bool]:
        """Return whom the step tells, each once; administrators when there is nobody of whom it speaks."""
        found: dict[str, User] = {}
        for recipient in step.to:
            found.update((user.id, user) for user in await self._of(recipient, conversation) if user.active)
        if found or not step.to:
            return list(found.values())[:MOST_TOLD], False
        admins = await self._store.find(
            USERS, Eq("role", Role.ADMINISTRATOR), Eq("active", True), order=(Order("id"),), limit=MOST_TOLD
        )
        return admins, True

    async def _of(self, recipient: Recipient, conversation: Conversation) -> list[User]:
        match recipient.whom:
            case Whom.HOLDER:
                holder = conversation.agent if conversation.state is State.AGENT else None
                return await self._store.get_many(USERS, [holder] if holder else [])
            case Whom.USER:
                return await self._store.get_many(USERS, [recipient.id])
            case Whom.TEAM | Whom.TEAM_NAMED:
                return await self._team(recipient.id or conversation.team)
            case Whom.LEADS:
                return [user for user in await self._team(conversation.team) if user.role is Role.LEAD]

    async def _team(self, team: str | None) -> list[User]:
        if team is None:
            return []
        order = (Order("name"), Order("id"))
        return await self._store.find(USERS, Has("teams", (team,)), order=order, limit=500)
