"""Business calendars: open hours, public holidays, special days."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from accounts.permissions import Permission
from conversations.hours import is_open, next_opening
from conversations.public_days import Country, PublicDay, known_until, public_days
from desk.policies import Calendar, CalendarTerms
from server.api.accounts.shown import act_of
from server.api.contract import Call, Routes

routes = Routes("desk")
READ, MANAGE = Permission.DESK_READ, Permission.DESK_MANAGE


class CalendarShown(Struct, frozen=True, kw_only=True):
    """A calendar, and whether it is open now."""

    id: str
    version: int
    terms: CalendarTerms
    changed_at: datetime
    open: bool
    next_open_at: datetime | None


class CalendarsShown(Struct, frozen=True, kw_only=True):
    """All calendars by name."""

    items: tuple[CalendarShown, ...]
    next: str | None = None


class CalendarPut(CalendarTerms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Other hours, over the version that was read."""

    version: int


class DaysAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The public days of one year."""

    country: Country = "CN"
    year: Annotated[int, Meta(ge=1970, le=9999)]


class DaysShown(Struct, frozen=True, kw_only=True):
    """Public days, and up to when the country's own arrangement is known; later years are the law's alone, or empty."""

    items: tuple[PublicDay, ...]
    known_until: date | None
    next: str | None = None


@routes.get("/desk/calendars", permission=READ)
async def list_calendars(call: Call) -> CalendarsShown:
    """List the business calendars."""
    return CalendarsShown(items=tuple(_shown(call, one) for one in await call.hub.desk.promises.calendars()))


@routes.post("/desk/calendars", permission=MANAGE, status=201)
async def create_calendar(call: Call, body: CalendarTerms) -> CalendarShown:
    """Add a calendar; one that never opens is refused."""
    return _shown(call, await call.hub.desk.promises.create_calendar(act_of(call), body))


@routes.put("/desk/calendars/{id}", permission=MANAGE)
async def change_calendar(call: Call, id: str, body: CalendarPut) -> CalendarShown:
    """Change a calendar; what is being counted in it goes on by the new hours."""
    terms = CalendarTerms(name=body.name, hours=body.hours, always=body.always)
    return _shown(call, await call.hub.desk.promises.change_calendar(act_of(call), id, body.version, terms))


@routes.delete("/desk/calendars/{id}", permission=MANAGE)
async def delete_calendar(call: Call, id: str) -> None:
    """Remove a calendar that no policy counts in."""
    await call.hub.desk.promises.delete_calendar(act_of(call), id)


@routes.get("/desk/public-days", permission=READ)
async def list_public_days(call: Call, query: DaysAsked) -> DaysShown:
    """List the public holidays and worked weekend days that a calendar may follow."""
    return DaysShown(items=tuple(public_days(query.country, query.year)), known_until=known_until(query.country))


def _shown(call: Call, calendar: Calendar) -> CalendarShown:
    hours = calendar.terms.hours
    open_ = is_open(hours, call.at)
    return CalendarShown(
        id=calendar.id, version=calendar.version, terms=calendar.terms, changed_at=calendar.changed_at, open=open_,
        next_open_at=None if open_ else next_opening(hours, call.at),
    )  # fmt: skip
