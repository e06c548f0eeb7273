"""Routing as administrators set it: checked before it is kept, audited, and in force at once.

queues, house --one commit--> row, a page of the book, REFRESH: every desk is looked at anew
a person's skills ----------> row, their desk, a step for them
rules: draft --checked--> published as a version that is never changed; an old one comes back as a new one
"""

from collections.abc import Sequence
from typing import TypeVar

from msgspec import Struct, structs

from accounts.actor import Act
from accounts.audit import Audit, Deed, Entry
from accounts.changes import changed
from accounts.permissions import GRANTS, Permission
from accounts.teams import TEAMS
from accounts.users import USERS, User
from conversations.hours import next_opening
from conversations.inboxes import INBOXES
from conversations.model import PROFILES, Conversation
from conversations.wants import Needed
from hub.errors import Conflict, Invalid, NotFound
from hub.store.port import By, Collection, Delete, Document, Insert, Store, Write, put
from routing.abilities import MATRIX, USUAL, Abilities, Skilled, craft_of
from routing.checking import Staffing, complete, house_faults, needed_faults, queue_faults, rule_faults
from routing.model import DESKS
from routing.policy.kinds import KINDS
from routing.policy.order import Rules
from routing.presence import Presences
from routing.rearming import rearmed
from routing.refreshing import REFRESH, Refresh
from routing.ruleset import (
    DRAFT,
    DRAFTS,
    EDITIONS,
    Edition,
    RoutingRule,
    RuleDraft,
    RuleFault,
    Verdict,
    check_rules,
    judged,
    ready,
)
from routing.settings import HOUSE, HOUSES, MOST_QUEUES, QUEUES, House, QueueRow, QueueTerms
from routing.terms import TermsReader

D = TypeVar("D", bound=Document)
PAGE = 500
MOST_PEOPLE = 20_000


class Kept(Struct, frozen=True, kw_only=True):
    """A queue as it is kept, and what to know of it."""

    row: QueueRow
    faults: tuple[RuleFault, ...] = ()


class Designing:
    """The only writer of queues, the matrix, the policy and the rules."""

    def __init__(self, store: Store, audit: Audit, terms: TermsReader, presences: Presences) -> None:
        self._store = store
        self._audit = audit
        self._terms = terms
        self._presences = presences

    async def queues(self) -> list[QueueRow]:
        """Return every queue that was described."""
        return await self._store.find(QUEUES, order=(By("id"),), limit=MOST_QUEUES)

    async def queue(self, id: str) -> QueueRow:
        """Return one; raises `NotFound`."""
        found = await self._store.get(QUEUES, id)
        if found is None:
            raise NotFound("This queue was not described", queue=id)
        return found

    async def set_queue(self, act: Act, id: str, version: int | None, terms: QueueTerms) -> Kept:
        """Describe a queue; `version` None says that it was not described before.

        Raises `Invalid` that names the field, `Conflict` when somebody was quicker.
        """
        faults = await self._queue_checked(act, id, terms)

        async def decide() -> Deed[QueueRow]:
            read = _at(await self._store.get(QUEUES, id), version, QUEUES, id)
            if read is not None and read.terms == terms:
                return Deed(result=read)
            row = QueueRow(id=id, terms=terms, changed_at=act.at)
            write: Write = Insert(QUEUES, row) if read is None else put(QUEUES, read, row)
            entry = Entry(action="routing.queue_set", target=id, changes=changed(read.terms if read else None, terms))
            return Deed(result=structs.replace(row, version=write.doc.version), entry=entry,
                        writes=(*await self._in_force(act, write), rearmed(id, act.at)))  # fmt: skip

        return Kept(row=await self._audit.perform(act, decide), faults=faults)

    async def forget_queue(self, act: Act, id: str) -> None:
        """Let a queue promise nothing again."""

        async def decide() -> Deed[None]:
            read = await self.queue(id)
            entry = Entry(action="routing.queue_forgotten", target=id, changes=changed(read.terms, None))
            writes = (*await self._in_force(act, Delete(QUEUES, read)), rearmed(id, act.at))
            return Deed(result=None, writes=writes, entry=entry)

        await self._audit.perform(act, decide)

    async def house(self) -> House | None:
        """Return the policy of the house; None while it is as delivered."""
        return await self._store.get(HOUSES, HOUSE)

    async def set_house(self, act: Act, version: int | None, rules: Rules) -> House:
        """Set the policy; raises `Invalid` that names the field."""
        _refuse(list(house_faults(rules)))
        whole = complete(rules)

        async def decide() -> Deed[House]:
            read = _at(await self.house(), version, HOUSES, HOUSE)
            row = House(id=HOUSE, rules=whole, changed_at=act.at)
            write: Write = Insert(HOUSES, row) if read is None else put(HOUSES, read, row)
            entry = Entry(
                action="routing.house_set", target=HOUSE, changes=changed(read.rules if read else None, whole)
            )
            return Deed(result=structs.replace(row, version=write.doc.version), entry=entry,
                        writes=await self._in_force(act, write))  # fmt: skip

        return await self._audit.perform(act, decide)

    async def skilled(self, users: Sequence[str]) -> dict[str, Skilled]:
        """Return the rows of the matrix of these people; who has none is as usual."""
        return {row.id: row for row in await self._store.get_many(MATRIX, users)}

    async def set_skills(self, act: Act, user: str, version: int | None, abilities: Abilities) -> Skilled:
        """Set what a person can do, and let them serve it at once; raises `NotFound` for nobody."""
        for skill in abilities.pace:
            if skill not in abilities.skills:
                raise Invalid("A pace is for a skill they have", path=f"$.pace.{skill}")
        for kind in abilities.limits:
            if kind not in KINDS:
                raise Invalid("There is no such kind of work", path=f"$.limits.{kind}", known=sorted(KINDS))

        async def decide() -> Deed[Skilled]:
            if await self._store.get(USERS, user) is None:
                raise NotFound("No such colleague", user=user)
            read = _at(await self._store.get(MATRIX, user), version, MATRIX, user)
            before = read.abilities if read else USUAL
            names = tuple(sorted(abilities.skills))
            row = Skilled(id=user, abilities=abilities, names=names, changed_at=act.at)
            write: Write = Insert(MATRIX, row) if read is None else put(MATRIX, read, row)
            desk = await self._store.get(DESKS, user)
            serving = [] if desk is None else await self._presences.resettled(
                desk, structs.replace(desk, abilities=abilities), act.at
            )  # fmt: skip
            entry = Entry(action="routing.skills_set", target=user, changes=changed(before, abilities))
            return Deed(result=structs.replace(row, version=write.doc.version), writes=(write, *serving), entry=entry)

        return await self._audit.perform(act, decide)

    async def draft(self) -> RuleDraft | None:
        """Return the rules being written, or None."""
        return await self._store.get(DRAFTS, DRAFT)

    async def editions(self, limit: int = 50) -> list[Edition]:
        """Return the published versions, newest first; the first is in force."""
        return await self._store.find(EDITIONS, order=(By("number", descending=True),), limit=limit)

    async def check(self, rules: Sequence[RoutingRule]) -> list[RuleFault]:
        """Return all that is wrong with rules, by themselves and for the people there are."""
        return [*check_rules(rules), *rule_faults(rules, await self.staffing())]

    async def rehearsed(self, rules: Sequence[RoutingRule], conversation: Conversation) -> Verdict:
        """Return what rules would say of a conversation; raises `Invalid` for rules that make no sense."""
        _refuse(check_rules(rules))
        inbox = await self._store.get(INBOXES, conversation.inbox)
        profile = await self._store.get(PROFILES, conversation.profile)
        return judged(ready(rules), conversation, inbox, profile)

    async def check_needed(self, needed: Needed) -> None:
        """Return quietly when somebody meets what a person asked for; raises `Invalid` that names the field."""
        faults = list(needed_faults(needed, frozenset(), await self.staffing(), "$"))
        _refuse([structs.replace(fault, severity="error") for fault in faults])

    async def save_draft(self, act: Act, version: int | None, rules: tuple[RoutingRule, ...]) -> RuleDraft:
        """Keep rules as they are being written, right or wrong: they route nobody."""
        read = _at(await self.draft(), version, DRAFTS, DRAFT)
        row = RuleDraft(id=DRAFT, rules=rules, changed_by=act.actor.user, changed_at=act.at)
        write: Write = Insert(DRAFTS, row) if read is None else put(DRAFTS, read, row)
        await self._store.commit(write)
        return structs.replace(row, version=write.doc.version)

    async def publish(self, act: Act, rules: tuple[RoutingRule, ...], note: str) -> Edition:
        """Put rules in force as a new version; raises `Invalid` that names the first error."""
        _refuse(await self.check(rules))

        async def decide() -> Deed[Edition]:
            newest = await self.editions(1)
            number = newest[0].number + 1 if newest else 1
            edition = Edition(
                id=f"{number:08}", number=number, rules=rules, note=note, made_by=act.actor.user, made_at=act.at
            )
            before = newest[0] if newest else None
            entry = Entry(action="routing.rules_published", target=edition.id, changes=changed(before, edition))
            writes = (Insert(EDITIONS, edition), await self._terms.turned())
            return Deed(result=edition, writes=writes, entry=entry)

        return await self._audit.perform(act, decide)

    async def edition(self, number: int) -> Edition:
        """Return one published version; raises `NotFound`."""
        found = await self._store.get(EDITIONS, f"{number:08}")
        if found is None:
            raise NotFound("There is no such version", number=number)
        return found

    async def staffing(self) -> Staffing:
        """Return who could answer customers."""
        teams = await self._store.find(TEAMS, order=(By("name"), By("id")), limit=MOST_QUEUES)
        users, after = list[User](), None
        while len(users) < MOST_PEOPLE:
            page = await self._store.find(USERS, order=(By("name"), By("id")), limit=PAGE, after=after)
            users += page
            if len(page) < PAGE:
                break
            after = (page[-1].name, page[-1].id)
        able = [user for user in users if user.active and Permission.CONVERSATIONS_REPLY in GRANTS[user.role]]
        rows = await self.skilled([user.id for user in able])
        crafts = {craft_of(rows[one.id].abilities if one.id in rows else USUAL, one.teams) for one in able}
        return Staffing(crafts=tuple(crafts), teams={team.id: team.name for team in teams})

    async def _queue_checked(self, act: Act, id: str, terms: QueueTerms) -> tuple[RuleFault, ...]:
        if terms.hours is not None and terms.calendar:
            raise Invalid("A queue has hours of its own, or those of a calendar", path="$.calendar")
        if terms.hours is not None and next_opening(terms.hours, act.at) is None:
            raise Invalid("This queue would never be open", path="$.hours.week", hint="Add an interval.")
        if terms.calendar and not await self._terms.known(terms.calendar):
            raise Invalid("There is no such calendar", path="$.calendar")
        if "self_service" in terms.choices and not terms.self_service:
            raise Invalid("Say how customers serve themselves", path="$.self_service")
        faults = tuple(queue_faults(id, terms, await self.staffing()))
        _refuse(faults)
        return faults

    async def _in_force(self, act: Act, write: Write) -> tuple[Write, ...]:
        return write, await self._terms.turned(), REFRESH.job(Refresh(), lane="routing:refresh", seq=0, at=act.at)


def _refuse(faults: Sequence[RuleFault]) -> None:
    for fault in faults:
        if fault.severity == "error":
            raise Invalid(fault.message, path=fault.path, **fault.facts)


def _at(read: D | None, version: int | None, collection: Collection[D], id: str) -> D | None:
    """Return the row as read when it has the version that was seen; raises `Conflict`."""
    if (None if read is None else read.version) != version:
        raise Conflict("It was changed meanwhile", collection=collection.name, id=id)
    return read
