"""Routing rules: a draft that is checked as it is written, and published versions, the newest of which is in force."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from accounts.permissions import Permission
from conversations.model import Priority
from conversations.wants import Needed
from hub.conditions import OPS
from hub.errors import Conflict, NotFound
from routing.ruleset import DRAFTS, FIELDS, Edition, RoutingRule, RuleDraft, RuleFault, RuleList
from server.api.accounts.shown import act_of
from server.api.contract import Call, Routes
from server.api.desk.policies import ConditionField, FieldsShown
from server.api.seen import seen

routes = Routes("routing")
READ, MANAGE = Permission.ROUTING_READ, Permission.ROUTING_MANAGE


class RulesDraftShown(Struct, frozen=True, kw_only=True):
    """Rules as they are being written, and what is wrong with them."""

    version: int | None
    rules: tuple[RoutingRule, ...]
    faults: tuple[RuleFault, ...] = ()
    changed_by: str = ""
    changed_at: datetime | None = None


class EditionLine(Struct, frozen=True, kw_only=True):
    """One published version."""

    number: int
    rules: int
    note: str
    made_by: str
    made_at: datetime
    live: bool


class EditionsShown(Struct, frozen=True, kw_only=True):
    """Published versions, newest first."""

    items: tuple[EditionLine, ...]
    next: str | None = None


class RulesPut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A draft, over the version that was read."""

    version: int | None
    rules: RuleList


class RulesChecked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rules to be looked at, and not kept."""

    rules: RuleList


class FaultsShown(Struct, frozen=True, kw_only=True):
    """What is wrong; an error keeps rules from being published, a warning does not."""

    items: tuple[RuleFault, ...]


class Publishing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Publish the draft as it was seen at this version."""

    version: int
    note: Annotated[str, Meta(max_length=500)] = ""


class RulesTried(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What would these rules say of that conversation?"""

    rules: RuleList
    conversation: Annotated[str, Meta(min_length=1, max_length=64)]


class RulesSaid(Struct, frozen=True, kw_only=True):
    """What they say; `names` are the rules that held."""

    names: tuple[str, ...]
    queue: str | None
    priority: Priority | None
    needed: Needed


@routes.get("/routing/rules/fields", permission=READ)
async def list_rule_fields(call: Call) -> FieldsShown:
    """Say what a rule may ask about; besides, `attribute.` and a name asks for one of the profile's attributes."""
    fields = (ConditionField(name=one.name, holds=one.holds, choices=one.choices) for one in FIELDS)
    return FieldsShown(fields=tuple(fields), ops={holds: tuple(sorted(ops)) for holds, ops in OPS.items()})


@routes.get("/routing/rules/draft", permission=READ)
async def get_rules_draft(call: Call) -> RulesDraftShown:
    """Return the draft; without one, the rules in force."""
    draft = await call.hub.routing.designing.draft()
    if draft is None:
        live = await call.hub.routing.designing.editions(1)
        return RulesDraftShown(version=None, rules=live[0].rules if live else ())
    return await _draft(call, draft)


@routes.put("/routing/rules/draft", permission=MANAGE)
async def save_rules_draft(call: Call, body: RulesPut) -> RulesDraftShown:
    """Keep the draft, right or wrong; it routes nobody until it is published."""
    return await _draft(call, await call.hub.routing.designing.save_draft(act_of(call), body.version, body.rules))


@routes.post("/routing/rules/check", permission=READ)
async def check_rules(call: Call, body: RulesChecked) -> FaultsShown:
    """Say what is wrong with rules, for these fields and these people."""
    return FaultsShown(items=tuple(await call.hub.routing.designing.check(body.rules)))


@routes.post("/routing/rules/try", permission=READ)
async def try_rules(call: Call, body: RulesTried) -> RulesSaid:
    """Say what rules would come to for a conversation; nothing changes."""
    conversation = await seen(call, body.conversation)
    said = await call.hub.routing.designing.rehearsed(body.rules, conversation)
    return RulesSaid(names=said.names, queue=said.queue, priority=said.priority, needed=said.needed)


@routes.post("/routing/rules/publish", permission=MANAGE)
async def publish_rules(call: Call, body: Publishing) -> EditionLine:
    """Put the draft in force as a new version; refused with the field's name when it makes no sense."""
    draft = await call.hub.routing.designing.draft()
    if draft is None:
        raise NotFound("There is no draft", hint="Save one first.")
    if draft.version != body.version:
        raise Conflict("The draft was changed meanwhile", collection=DRAFTS.name, id=draft.id)
    return _line(await call.hub.routing.designing.publish(act_of(call), draft.rules, body.note), live=True)


@routes.get("/routing/rules", permission=READ)
async def list_rules(call: Call) -> EditionsShown:
    """List the published versions."""
    editions = await call.hub.routing.designing.editions()
    return EditionsShown(items=tuple(_line(one, live=not n) for n, one in enumerate(editions)))


@routes.get("/routing/rules/{number}", permission=READ)
async def get_rules(call: Call, number: int) -> Edition:
    """Return one published version."""
    return await call.hub.routing.designing.edition(number)


@routes.post("/routing/rules/{number}/publish", permission=MANAGE)
async def publish_rules_again(call: Call, number: int) -> EditionLine:
    """Put an older version in force again, as a new one."""
    old = await call.hub.routing.designing.edition(number)
    return _line(await call.hub.routing.designing.publish(act_of(call), old.rules, f"{number}"), live=True)


async def _draft(call: Call, draft: RuleDraft) -> RulesDraftShown:
    return RulesDraftShown(
        version=draft.version, rules=draft.rules, changed_by=draft.changed_by, changed_at=draft.changed_at,
        faults=tuple(await call.hub.routing.designing.check(draft.rules)),
    )  # fmt: skip


def _line(edition: Edition, *, live: bool) -> EditionLine:
    return EditionLine(
        number=edition.number, rules=len(edition.rules), note=edition.note, made_by=edition.made_by,
        made_at=edition.made_at, live=live,
    )  # fmt: skip
