"""What was promised to whom: policies as data, which of them applies, and which make no sense. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct

from conversations.hours import Hours
from conversations.model import Priority
from desk.calendars import add, check_opens
from hub.conditions import ALWAYS, Condition, Fact, Field, Holds, check, compiled
from hub.errors import Invalid
from hub.store.port import Collection, Document, Index

LONGEST = 366 * 24 * 3600
"""Seconds of open time that may be promised, and no more."""
Seconds = Annotated[int, Meta(ge=1, le=LONGEST)]
Id = Annotated[str, Meta(min_length=1, max_length=64)]


class Kind(StrEnum):
    """What is promised: the first answer of a person, every later answer, or that the matter is closed."""

    FIRST = "first_response"
    NEXT = "next_response"
    RESOLUTION = "resolution"


class Pause(StrEnum):
    """Whom one waits for while the time does not count."""

    CUSTOMER = "customer"
    SUPPLIER = "supplier"
    BOT = "bot"


class Target(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One promise: so many seconds of open time, a warning after `warn_percent` of them (0: none)."""

    kind: Kind
    seconds: Seconds
    warn_percent: Annotated[int, Meta(ge=0, le=99)] = 80
    pauses: Annotated[tuple[Pause, ...], Meta(max_length=3)] = (Pause.BOT,)


class Whom(StrEnum):
    """Who is told: who has it, the lead or everybody of its team, a named colleague, everybody of a named team."""

    HOLDER = "holder"
    LEADS = "leads"
    TEAM = "team"
    USER = "user"
    TEAM_NAMED = "team_named"


class Recipient(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of recipient; `id` names the user or the team of the last two kinds."""

    whom: Whom
    id: Annotated[str, Meta(max_length=64)] = ""


By = Literal["app", "email", "sms", "wechat"]


class Rung(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step of an escalation: so long after a warning or a breach, tell these people by these ways.

    `after` and `every` are seconds on the policy's calendar. It is repeated `every` so often until somebody acts, at
    most `times` in all. `team` is where the conversation goes: the second line, the experts; `priority` what it gets.
    `kinds` are the targets it is for; none means all.
    """

    on: Literal["warning", "breach"] = "breach"
    after: Annotated[int, Meta(ge=0, le=LONGEST)] = 0
    kinds: Annotated[tuple[Kind, ...], Meta(max_length=3)] = ()
    to: Annotated[tuple[Recipient, ...], Meta(max_length=20)] = ()
    by: Annotated[tuple[By, ...], Meta(max_length=4)] = ("app",)
    every: Annotated[int, Meta(ge=0, le=LONGEST)] = 0
    times: Annotated[int, Meta(ge=1, le=100)] = 1
    team: Annotated[str, Meta(max_length=64)] | None = None
    priority: Priority | None = None


class PolicyTerms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an administrator says of a policy. `calendar` None counts every hour; lower `rank` is asked first.

    After a reopening the resolution is counted `anew`, or goes on where it stood (`resume`).
    """

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    rank: Annotated[int, Meta(ge=0, le=10_000)] = 100
    active: bool = True
    when: Condition = ALWAYS
    targets: Annotated[tuple[Target, ...], Meta(min_length=1, max_length=3)]
    calendar: Id | None = None
    reopened: Literal["anew", "resume"] = "anew"
    steps: Annotated[tuple[Rung, ...], Meta(max_length=20)] = ()


class Policy(Document, frozen=True, kw_only=True):
    """A policy as it is kept; see `PolicyTerms`."""

    terms: PolicyTerms
    rank: int
    created_at: datetime
    changed_at: datetime


class CalendarTerms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an administrator says of a calendar: `always` open, or open in the week of its hours."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    hours: Hours = Hours()
    always: bool = False


class Calendar(Document, frozen=True, kw_only=True):
    """A calendar as it is kept; see `CalendarTerms`."""

    terms: CalendarTerms
    name: str
    created_at: datetime
    changed_at: datetime


POLICIES = Collection("policies", Policy, Index(("rank", "id")))
CALENDARS = Collection("calendars", Calendar, Index(("name", "id")))
MOST = 200
"""Policies, and calendars, that there may be."""

FIELDS = (
    Field(name="channel", holds=Holds.TEXT),
    Field(name="inbox", holds=Holds.TEXT),
    Field(name="team", holds=Holds.TEXT),
    Field(name="priority", holds=Holds.TEXT, choices=tuple(Priority)),
    Field(name="labels", holds=Holds.MANY),
    Field(name="language", holds=Holds.TEXT),
    Field(name="subject", holds=Holds.TEXT),
    Field(name="customer_labels", holds=Holds.MANY),
    Field(name="customer_level", holds=Holds.TEXT),
    Field(name="customer_company", holds=Holds.TEXT),
)
"""What a policy may ask about. `customer_level` is the attribute `level` of the customer's profile."""


OF_CUSTOMERS = frozenset(field.name for field in FIELDS if field.name.startswith("customer_"))
"""Those that stand in the customer's profile."""


def choose(policies: Sequence[Policy], facts: dict[str, Fact]) -> Policy | None:
    """Return the first active policy, by rank and then by age, that these facts fall under."""
    for policy in sorted(policies, key=lambda one: (one.rank, one.id)):
        if policy.terms.active and compiled(policy.terms.when)(facts):
            return policy
    return None


def check_policy(terms: PolicyTerms, hours: Hours, at: datetime) -> None:
    """Return quietly when the policy makes sense on these hours; raises `Invalid` that names the field."""
    check(terms.when, FIELDS, "$.when")
    kinds = [target.kind for target in terms.targets]
    for number, target in enumerate(terms.targets):
        path = f"$.targets[{number}]"
        if target.kind in kinds[:number]:
            raise Invalid("A policy promises each thing once", path=f"{path}.kind", kind=target.kind)
        _check_length(hours, at, target.seconds, f"{path}.seconds")
    for number, step in enumerate(terms.steps):
        _check_step(terms, step, hours, at, f"$.steps[{number}]")


def _check_length(hours: Hours, at: datetime, seconds: int, path: str) -> None:
    try:
        add(hours, at, timedelta(seconds=seconds))
    except Invalid as error:
        raise Invalid("The calendar never has that much open time", path=path, seconds=seconds) from error


def _check_step(terms: PolicyTerms, step: Rung, hours: Hours, at: datetime, path: str) -> None:
    promised = {target.kind: target for target in terms.targets}
    for kind in step.kinds:
        if kind not in promised:
            raise Invalid("The policy does not promise that", path=f"{path}.kinds", kind=kind)
    concerned = [target for kind, target in promised.items() if kind in (step.kinds or promised)]
    if step.on == "warning" and not any(target.warn_percent for target in concerned):
        raise Invalid("Nothing is warned of", path=f"{path}.on", hint="Set `warn_percent` of the target.")
    if step.times > 1 and not step.every:
        raise Invalid("A step that is repeated says how often", path=f"{path}.every")
    if not step.to and step.team is None and step.priority is None:
        raise Invalid("A step tells somebody, or moves the conversation", path=f"{path}.to")
    if step.to and not step.by:
        raise Invalid("A step that tells somebody says by which way", path=f"{path}.by")
    for number, recipient in enumerate(step.to):
        if (recipient.whom in (Whom.USER, Whom.TEAM_NAMED)) != bool(recipient.id):
            raise Invalid("Only a named colleague or team has a name", path=f"{path}.to[{number}].id")
    _check_length(hours, at, max(step.after, 1), f"{path}.after")
    _check_length(hours, at, max(step.every, 1), f"{path}.every")


def check_calendar(terms: CalendarTerms, at: datetime) -> None:
    """Return quietly when somebody is there at some time; raises `Invalid` that names the field."""
    if terms.always and terms.hours.week:
        raise Invalid("A calendar that is always open has no week", path="$.hours.week")
    if not terms.always and not terms.hours.week:
        raise Invalid(
            "This calendar has no open hour",
            path="$.hours.week",
            hint="Add an interval, or say that it is `always` open.",
        )
    check_opens(terms.hours, at, "$.hours.holidays")
