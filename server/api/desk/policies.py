"""What is promised: policies, what they may ask about, a rehearsal, and by which inboxes colleagues are told."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from accounts.permissions import Permission
from conversations.hours import Hours
from conversations.model import Priority
from desk.deadlines import tried
from desk.policies import FIELDS, Kind, Policy, PolicyTerms, choose
from desk.promises import Promises, Senders
from desk.terms import Applied
from hub.conditions import OPS, Fact, Holds, Op
from hub.errors import Invalid
from server.api.accounts.shown import act_of
from server.api.contract import Call, Routes

routes = Routes("desk")
READ, MANAGE = Permission.DESK_READ, Permission.DESK_MANAGE
Word = Annotated[str, Meta(max_length=200)]
Words = Annotated[tuple[Word, ...], Meta(max_length=50)]


class PolicyShown(Struct, frozen=True, kw_only=True):
    """A policy."""

    id: str
    version: int
    terms: PolicyTerms
    changed_at: datetime


class PoliciesShown(Struct, frozen=True, kw_only=True):
    """All policies, in the order they are asked: the first that fits applies."""

    items: tuple[PolicyShown, ...]
    next: str | None = None


class PolicyPut(PolicyTerms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Other terms, over the version that was read."""

    version: int


class ConditionField(Struct, frozen=True, kw_only=True):
    """One thing that a condition may ask about; `choices`, when there are any, are all it can be."""

    name: str
    holds: Holds
    choices: tuple[str, ...]


class FieldsShown(Struct, frozen=True, kw_only=True):
    """What a condition may ask about, and how each kind of field is compared."""

    fields: tuple[ConditionField, ...]
    ops: dict[Holds, tuple[Op, ...]]


class Rehearsal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A conversation as it might come in, at a time (now, if none is given); `terms` tries a policy not kept yet."""

    at: datetime | None = None
    channel: Word = ""
    inbox: Word = ""
    team: Word = ""
    priority: Priority = Priority.NORMAL
    labels: Words = ()
    language: Word = ""
    subject: Word = ""
    customer_labels: Words = ()
    customer_level: Word = ""
    customer_company: Word = ""
    terms: PolicyTerms | None = None


class DueShown(Struct, frozen=True, kw_only=True):
    """By when one promise would have to be kept."""

    kind: Kind
    warn_at: datetime | None
    due_at: datetime


class Rehearsed(Struct, frozen=True, kw_only=True):
    """Which policy would apply ("" and no name: none), and what would be due when."""

    policy: str
    name: str
    at: datetime
    due: tuple[DueShown, ...]


@routes.get("/desk/policies", permission=READ)
async def list_policies(call: Call) -> PoliciesShown:
    """List the policies."""
    return PoliciesShown(items=tuple(_shown(one) for one in await call.hub.desk.promises.policies()))


@routes.get("/desk/fields", permission=READ)
async def list_fields(call: Call) -> FieldsShown:
    """Say what a policy may ask about."""
    fields = tuple(ConditionField(name=one.name, holds=one.holds, choices=one.choices) for one in FIELDS)
    return FieldsShown(fields=fields, ops={holds: tuple(sorted(ops)) for holds, ops in OPS.items()})


@routes.post("/desk/policies", permission=MANAGE, status=201)
async def create_policy(call: Call, body: PolicyTerms) -> PolicyShown:
    """Add a policy; conversations that are open fall under it at once."""
    return _shown(await call.hub.desk.promises.create_policy(act_of(call), body))


@routes.put("/desk/policies/{id}", permission=MANAGE)
async def change_policy(call: Call, id: str, body: PolicyPut) -> PolicyShown:
    """Change a policy; what is being counted goes on by the new terms."""
    terms = PolicyTerms(**{name: getattr(body, name) for name in PolicyTerms.__struct_fields__})
    return _shown(await call.hub.desk.promises.change_policy(act_of(call), id, body.version, terms))


@routes.delete("/desk/policies/{id}", permission=MANAGE)
async def delete_policy(call: Call, id: str) -> None:
    """Promise it no longer."""
    await call.hub.desk.promises.delete_policy(act_of(call), id)


@routes.post("/desk/rehearsals", permission=READ)
async def rehearse(call: Call, body: Rehearsal) -> Rehearsed:
    """Say by when such a conversation would have to be answered and closed; nothing is stored."""
    at, promises = body.at or call.at, call.hub.desk.promises
    policies = await promises.policies()
    if body.terms is not None:
        policies = [Policy(id="", terms=body.terms, rank=0, created_at=at, changed_at=at)]
    policy = choose(policies, _facts(body))
    if policy is None:
        return Rehearsed(policy="", name="", at=at, due=())
    hours = await _checked(promises, policy, at)
    clocks = tried(Applied(policy, hours, ""), at=at)
    due = tuple(DueShown(kind=one.kind, warn_at=one.warn_at, due_at=one.due_at or at) for one in clocks)
    return Rehearsed(policy=policy.id, name=policy.terms.name, at=at, due=due)


@routes.get("/desk/senders", permission=READ)
async def get_senders(call: Call) -> Senders:
    """Say by which inboxes colleagues are told of deadlines."""
    return await call.hub.desk.promises.senders()


@routes.put("/desk/senders", permission=MANAGE)
async def put_senders(call: Call, body: Senders) -> Senders:
    """Choose by which inboxes colleagues are told of deadlines."""
    return await call.hub.desk.promises.set_senders(act_of(call), body)


async def _checked(promises: Promises, policy: Policy, at: datetime) -> Hours:
    """Return the hours of a policy; a fault of one that is tried is where it stands in the rehearsal."""
    try:
        return await promises.check(policy.terms, at)
    except Invalid as error:
        if policy.id:
            raise
        place = error.path.replace("$", "$.terms", 1)
        raise Invalid(error.message, path=place, hint=error.hint, **error.facts) from error


def _shown(policy: Policy) -> PolicyShown:
    return PolicyShown(id=policy.id, version=policy.version, terms=policy.terms, changed_at=policy.changed_at)


def _facts(body: Rehearsal) -> dict[str, Fact]:
    return {
        "channel": body.channel, "inbox": body.inbox, "team": body.team, "priority": body.priority.value,
        "labels": body.labels, "language": body.language, "subject": body.subject,
        "customer_labels": body.customer_labels, "customer_level": body.customer_level,
        "customer_company": body.customer_company,
    }  # fmt: skip
