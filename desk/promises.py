"""Policies and calendars as administrators make them: checked before they are kept, audited, and in force at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from msgspec import Struct, structs

from accounts.actor import Act
from accounts.audit import Audit, Deed, Entry
from accounts.changes import changed
from accounts.teams import TEAMS
from accounts.users import USERS
from conversations.hours import Hours
from conversations.inboxes import INBOXES
from desk.keeping import ADOPT, Adopt
from desk.policies import (
    CALENDARS,
    MOST,
    POLICIES,
    Calendar,
    CalendarTerms,
    Policy,
    PolicyTerms,
    Whom,
    check_calendar,
    check_policy,
)
from desk.rows import BOOK, BOOKS, Book
from desk.terms import ROUND_THE_CLOCK
from hub.errors import Conflict, Invalid, NotFound, WrongMove
from hub.ids import new_id
from hub.store.port import By, Collection, Delete, Document, Insert, Store, Write, put

T = TypeVar("T", Policy, Calendar)
SOON = timedelta(seconds=5)
WAYS = ("email", "sms", "wechat")


class Senders(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The inbox by which colleagues are told, for each way outside the hub; "" means none."""

    email: str = ""
    sms: str = ""
    wechat: str = ""


class Promises:
    """The only writer of policies, calendars and the book."""

    def __init__(self, store: Store, audit: Audit) -> None:
        self._store = store
        self._audit = audit

    async def policies(self) -> list[Policy]:
        """Return all policies in the order they are asked."""
        return await self._store.find(POLICIES, order=(By("rank"), By("id")), limit=MOST)

    async def calendars(self) -> list[Calendar]:
        """Return all calendars by name."""
        return await self._store.find(CALENDARS, order=(By("name"), By("id")), limit=MOST)

    async def policy(self, id: str) -> Policy:
        """Return one; raises `NotFound`."""
        return await self._found(POLICIES, id)

    async def calendar(self, id: str) -> Calendar:
        """Return one; raises `NotFound`."""
        return await self._found(CALENDARS, id)

    async def senders(self) -> Senders:
        """Return by which inboxes colleagues are told."""
        book = await self._store.get(BOOKS, BOOK)
        return Senders(**{way: book.senders.get(way, "") for way in WAYS}) if book else Senders()

    async def check(self, terms: PolicyTerms, at: datetime) -> Hours:
        """Return the hours a policy counts in, when all of it makes sense; raises `Invalid` that names the field."""
        hours = await self._hours(terms.calendar)
        check_policy(terms, hours, at)
        for number, step in enumerate(terms.steps):
            path = f"$.steps[{number}]"
            if step.team is not None and await self._store.get(TEAMS, step.team) is None:
                raise Invalid("There is no such team", path=f"{path}.team")
            for place, recipient in enumerate(step.to):
                known = USERS if recipient.whom is Whom.USER else TEAMS if recipient.whom is Whom.TEAM_NAMED else None
                if known is not None and await self._store.get(known, recipient.id) is None:
                    raise Invalid("There is no such colleague or team", path=f"{path}.to[{place}].id")
        return hours

    async def create_policy(self, act: Act, terms: PolicyTerms) -> Policy:
        """Keep a new policy."""
        policy = Policy(id=new_id(), terms=terms, rank=terms.rank, created_at=act.at, changed_at=act.at)

        async def decide() -> Deed[Policy]:
            await self.check(terms, act.at)
            _must_be_few(await self.policies())
            entry = Entry(action="policy.created", target=policy.id, changes=changed(None, terms))
            return Deed(result=policy, writes=await self._in_force(act, Insert(POLICIES, policy)), entry=entry)

        return await self._audit.perform(act, decide)

    async def change_policy(self, act: Act, id: str, version: int, terms: PolicyTerms) -> Policy:
        """Keep other terms; raises `Conflict` when somebody was quicker."""

        async def decide() -> Deed[Policy]:
            await self.check(terms, act.at)
            read = _at_version(await self.policy(id), version, POLICIES)
            if read.terms == terms:
                return Deed(result=read)
            write = put(POLICIES, read, structs.replace(read, terms=terms, rank=terms.rank, changed_at=act.at))
            entry = Entry(action="policy.changed", target=id, changes=changed(read.terms, terms))
            return Deed(result=write.doc, writes=await self._in_force(act, write), entry=entry)

        return await self._audit.perform(act, decide)

    async def delete_policy(self, act: Act, id: str) -> None:
        """Promise it no longer, also where it is being counted."""

        async def decide() -> Deed[None]:
            read = await self.policy(id)
            entry = Entry(action="policy.deleted", target=id, changes=changed(read.terms, None))
            return Deed(result=None, writes=await self._in_force(act, Delete(POLICIES, read)), entry=entry)

        await self._audit.perform(act, decide)

    async def create_calendar(self, act: Act, terms: CalendarTerms) -> Calendar:
        """Keep a new calendar."""
        check_calendar(terms, act.at)
        calendar = Calendar(id=new_id(), terms=terms, name=terms.name, created_at=act.at, changed_at=act.at)

        async def decide() -> Deed[Calendar]:
            _must_be_few(await self.calendars())
            entry = Entry(action="calendar.created", target=calendar.id, changes=changed(None, terms))
            return Deed(result=calendar, writes=(Insert(CALENDARS, calendar),), entry=entry)

        return await self._audit.perform(act, decide)

    async def change_calendar(self, act: Act, id: str, version: int, terms: CalendarTerms) -> Calendar:
        """Keep other hours; raises `Invalid` when a policy asks for more than they hold."""
        check_calendar(terms, act.at)

        async def decide() -> Deed[Calendar]:
            read = _at_version(await self.calendar(id), version, CALENDARS)
            if read.terms == terms:
                return Deed(result=read)
            for policy in await self._counted_in(id):
                _must_hold(policy, terms.hours, act.at)
            write = put(CALENDARS, read, structs.replace(read, terms=terms, name=terms.name, changed_at=act.at))
            entry = Entry(action="calendar.changed", target=id, changes=changed(read.terms, terms))
            return Deed(result=write.doc, writes=await self._in_force(act, write), entry=entry)

        return await self._audit.perform(act, decide)

    async def delete_calendar(self, act: Act, id: str) -> None:
        """Remove a calendar that no policy counts in; raises `WrongMove` for any other."""

        async def decide() -> Deed[None]:
            read = await self.calendar(id)
            users = await self._counted_in(id)
            if users:
                raise WrongMove(
                    "Policies count in this calendar", policies=[policy.terms.name for policy in users],
                    hint="Give them another `calendar` first.",
                )  # fmt: skip
            entry = Entry(action="calendar.deleted", target=id, changes=changed(read.terms, None))
            return Deed(result=None, writes=(Delete(CALENDARS, read),), entry=entry)

        await self._audit.perform(act, decide)

    async def set_senders(self, act: Act, senders: Senders) -> Senders:
        """Say by which inboxes colleagues are told; raises `Invalid` for one that does not exist."""

        async def decide() -> Deed[Senders]:
            before = await self.senders()
            given = {way: id for way, id in structs.asdict(senders).items() if id}
            for way, id in given.items():
                if await self._store.get(INBOXES, id) is None:
                    raise Invalid("There is no such inbox", path=f"$.{way}")
            entry = Entry(action="notices.changed", target=BOOK, changes=changed(before, senders))
            return Deed(result=senders, writes=(await self._turned(given),), entry=entry)

        return await self._audit.perform(act, decide)

    async def _in_force(self, act: Act, write: Write) -> tuple[Write, ...]:
        """Return the write with what puts it in force: a new page of the book, and a look at what is open.

        A second look comes soon after, for conversations that were being stored while the first one was taken.
        """
        looks = [ADOPT.job(Adopt(), lane=f"desk:adopt:{n}", seq=0, at=act.at, due=act.at + n * SOON) for n in range(2)]
        return write, await self._turned(), *looks

    async def _turned(self, senders: dict[str, str] | None = None) -> Write:
        book = await self._store.get(BOOKS, BOOK)
        if book is None:
            return Insert(BOOKS, Book(id=BOOK, senders=senders or {}))
        return put(BOOKS, book, book if senders is None else structs.replace(book, senders=senders))

    async def _found(self, collection: Collection[T], id: str) -> T:
        found = await self._store.get(collection, id)
        if found is None:
            raise NotFound("No such policy or calendar", id=id)
        return found

    async def _counted_in(self, calendar: str) -> list[Policy]:
        return [policy for policy in await self.policies() if policy.terms.calendar == calendar]

    async def _hours(self, calendar: str | None) -> Hours:
        if calendar is None:
            return ROUND_THE_CLOCK
        found = await self._store.get(CALENDARS, calendar)
        if found is None:
            raise Invalid("There is no such calendar", path="$.calendar")
        return found.terms.hours


def _must_be_few(known: Sequence[Document]) -> None:
    if len(known) >= MOST:
        raise Invalid(f"There are {MOST} already, and no more fit", path="$.name")


def _at_version(read: T, version: int, collection: Collection[T]) -> T:
    if read.version != version:
        raise Conflict("It was changed meanwhile", collection=collection.name, id=read.id)
    return read


def _must_hold(policy: Policy, hours: Hours, at: datetime) -> None:
    try:
        check_policy(policy.terms, hours, at)
    except Invalid as error:
        raise Invalid(
            "A policy asks for more open time than these hours have", path="$.hours.week", policy=policy.terms.name,
            place=error.path,
        ) from error  # fmt: skip
