"""Routing rules: when a conversation is like this, it needs that. Drafts, checked and published as versions. Pure.

Rules are asked in their order, each that holds adds what it says, and what an earlier one said stays said; one with
`last` ends it. What people and bots asked for goes before all of them.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct, structs

from conversations.facts import facts_of
from conversations.inboxes import Inbox
from conversations.model import Conversation, Priority, Profile
from conversations.wants import NOTHING, Needed, joined
from hub.conditions import ALWAYS, All, AnyOf, Condition, Fact, Field, Holds, Not, Predicate, Rule, check, compiled
from hub.errors import Invalid
from hub.store.port import Collection, Document, Index
from routing.lines import kind_of
from routing.policy.kinds import KINDS

MOST = 200
"""Rules of one version."""
ATTRIBUTE = "attribute."
"""A field of this form asks for an attribute of the customer's profile."""

FIELDS = (
    Field(name="channel", holds=Holds.TEXT),
    Field(name="kind", holds=Holds.TEXT, choices=tuple(sorted(KINDS))),
    Field(name="inbox", holds=Holds.TEXT),
    Field(name="team", holds=Holds.TEXT),
    Field(name="bot", holds=Holds.TEXT),
    Field(name="priority", holds=Holds.TEXT, choices=tuple(Priority)),
    Field(name="labels", holds=Holds.MANY),
    Field(name="language", holds=Holds.TEXT),
    Field(name="subject", holds=Holds.TEXT),
    Field(name="asked_skills", holds=Holds.MANY),
    Field(name="customer_labels", holds=Holds.MANY),
    Field(name="customer_level", holds=Holds.TEXT),
    Field(name="customer_company", holds=Holds.TEXT),
)
"""What a rule may ask about, besides attributes. `customer_level` is the attribute `level` of the profile."""


class Then(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What follows: the queue (a team's id), how soon it matters, what is needed.

    `own_language` needs people of the conversation's language, `own_region` of the profile's attribute `region`.
    """

    queue: Annotated[str, Meta(max_length=64)] | None = None
    priority: Priority | None = None
    needed: Needed = NOTHING
    own_language: bool = False
    own_region: bool = False


class RoutingRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    active: bool = True
    when: Condition = ALWAYS
    then: Then = Then()
    last: bool = False


RuleList = Annotated[tuple[RoutingRule, ...], Meta(max_length=MOST)]


class RuleFault(Struct, frozen=True, kw_only=True):
    """What is wrong with rules, and where (`$.rules[2].then.queue`); a warning keeps nothing from being published."""

    path: str
    message: str
    severity: Literal["error", "warning"]
    facts: dict[str, str] = {}


class RuleDraft(Document, frozen=True, kw_only=True):
    """Rules being written; its one row is `DRAFT`."""

    rules: tuple[RoutingRule, ...] = ()
    changed_by: str = ""
    changed_at: datetime


class Edition(Document, frozen=True, kw_only=True):
    """One published version of the rules, never changed; the newest is in force. The id is its `number`, padded."""

    number: int
    rules: tuple[RoutingRule, ...]
    note: str = ""
    made_by: str
    made_at: datetime


DRAFTS = Collection("routing_drafts", RuleDraft)
EDITIONS = Collection("routing_rules", Edition, Index(("number",), unique=True))
DRAFT = "draft"


class Asking(Struct, frozen=True):
    """A rule ready to be asked."""

    rule: RoutingRule
    holds: Predicate


class Verdict(Struct, frozen=True, kw_only=True):
    """What the rules came to, and the names of those that held."""

    queue: str | None = None
    priority: Priority | None = None
    needed: Needed = NOTHING
    names: tuple[str, ...] = ()


def ready(rules: Sequence[RoutingRule]) -> tuple[Asking, ...]:
    """Compile the active rules."""
    return tuple(Asking(rule, compiled(rule.when)) for rule in rules if rule.active)


def judged(
    rules: Sequence[Asking], conversation: Conversation, inbox: Inbox | None, profile: Profile | None
) -> Verdict:
    """Return what the rules say of a conversation."""
    facts, said = facts_asked(conversation, inbox, profile), Verdict()
    for one in rules:
        if one.holds(facts):
            said = _and(said, one.rule, conversation, profile)
            if one.rule.last:
                break
    return said


def facts_asked(conversation: Conversation, inbox: Inbox | None, profile: Profile | None) -> dict[str, Fact]:
    """Return what rules are asked with: what any condition may ask, and what only routing knows."""
    attributes = profile.attributes if profile else {}
    return {
        **{f"{ATTRIBUTE}{name}": value for name, value in attributes.items()},
        **facts_of(conversation, profile),
        "channel": inbox.channel if inbox else conversation.address.channel,
        "kind": kind_of(conversation),
        "bot": conversation.bot,
        "asked_skills": tuple(conversation.wants.asked.skills),
    }


def check_rules(rules: Sequence[RoutingRule]) -> list[RuleFault]:
    """Return what is wrong with the rules by themselves: fields that do not exist, values they never have."""
    faults = []
    for number, rule in enumerate(rules):
        path = f"$.rules[{number}]"
        known = [Field(name=name, holds=Holds.TEXT) for name in _attributes(rule.when)]
        try:
            check(rule.when, (*FIELDS, *known), f"{path}.when")
        except Invalid as error:
            faults.append(RuleFault(path=error.path, message=error.message, severity="error", facts=_told(error)))
        if rule.then == Then() and not rule.last:
            faults.append(RuleFault(path=f"{path}.then", message="The rule says nothing", severity="warning"))
        if any(two.name == rule.name for two in rules[:number]):
            faults.append(RuleFault(path=f"{path}.name", message="Another rule has this name", severity="warning"))
    return faults


def _told(error: Invalid) -> dict[str, str]:
    return {name: str(value) for name, value in error.facts.items()}


def _and(said: Verdict, rule: RoutingRule, conversation: Conversation, profile: Profile | None) -> Verdict:
    needed = rule.then.needed
    if rule.then.own_language and not needed.language:
        needed = structs.replace(needed, language=conversation.language)
    if rule.then.own_region and not needed.region and profile is not None:
        needed = structs.replace(needed, region=profile.attributes.get("region", ""))
    return Verdict(
        queue=said.queue or rule.then.queue,
        priority=said.priority or rule.then.priority,
        needed=joined(said.needed, needed),
        names=(*said.names, rule.name),
    )


def _attributes(condition: Condition) -> Iterator[str]:
    """Give the attributes that a condition asks for; a profile may have any."""
    match condition:
        case Rule(field=field):
            if field.startswith(ATTRIBUTE) and len(field) > len(ATTRIBUTE):
                yield field
        case Not(of=inner):
            yield from _attributes(inner)
        case All(of=several) | AnyOf(of=several):
            for one in several:
                yield from _attributes(one)
