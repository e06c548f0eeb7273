"""`actions:` of a project's `yizhan.yml`: which action is done where, the built-in ones with their parameters. Pure.

    actions:
      yizhan_handoff: {do: handoff, team: 维修, skill: repair}
      yizhan_label_urgent: {do: label, labels: [紧急]}
      yizhan_set_attribute: {do: set_attribute, name: account, slot: account_no}
      yizhan_lookup: {do: lookup, url: https://…, secret: billing, send: [account_no], fill: {balance: balance}}
      action_check_order: {do: webhook, url: https://…, secret: orders}
      action_weather: {do: sdk, url: http://127.0.0.1:5056/webhook}
    action_seconds: 5

What is not named here goes to `action_endpoint` of endpoints.yml. The names are those of the domain's `actions`, so
that real Rasa loads the same project (it asks its action server for them).
"""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from bots.actions.calling import SECONDS
from bots.project.model import Json, Project
from hub.errors import Invalid

Url = Annotated[str, Meta(pattern=r"^https?://[^/\s@]+(/\S*)?$", max_length=2000)]
"""Without a user and a password in it: it is shown, and secrets have a place of their own."""
Name = Annotated[str, Meta(min_length=1, max_length=64)]
SETTINGS = "yizhan.yml"


class HandOver(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do", tag="handoff"):
    """Call a person. `slots` are those that stand in the note (None: all that have a value)."""

    reason: Name = "asked"
    team: Name | None = None
    skill: Name | None = None
    summary: Annotated[str, Meta(max_length=1000)] = ""
    slots: tuple[Name, ...] | None = None


class SetAttribute(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do", tag="set_attribute"):
    """Note the value of a slot as an attribute of the customer; an empty slot notes nothing."""

    name: Name
    slot: Name


class PutLabel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do", tag="label"):
    """Label the conversation: with these, and with the value of a slot."""

    labels: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=32)], ...], Meta(max_length=10)] = ()
    slot: Name | None = None


class LookUp(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do", tag="lookup"):
    """Ask about an account: sends slots, fills slots (`fill`: slot -> field of the answer).

    `found` is a slot that becomes true or false. What the answer lacks empties its slot.
    """

    url: Url
    secret: Name
    send: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=20)]
    fill: Annotated[dict[Name, Name], Meta(min_length=1, max_length=50)]
    found: Name | None = None


class Hook(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do", tag="webhook"):
    """A signed call."""

    url: Url
    secret: Name


class Sdk(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do", tag="sdk"):
    """Another action server than that of endpoints.yml."""

    url: Url


class Later(Struct, frozen=True, kw_only=True):
    """A built-in action whose room does not stand yet."""

    do: Literal["ticket", "callback", "article"]


Doing = HandOver | SetAttribute | PutLabel | LookUp | Hook | Sdk
DEFAULTS: Mapping[str, Doing] = {"yizhan_handoff": HandOver()}
"""Built-in actions that need no parameters."""
LATER: Mapping[str, str] = {"yizhan_ticket": "ticket", "yizhan_callback": "callback", "yizhan_article": "article"}
KINDS = ("handoff", "set_attribute", "label", "lookup", "webhook", "sdk")
Seconds = Annotated[float, Meta(ge=0.1, le=9)]


class Declared(Struct, frozen=True, kw_only=True):
    """The settings, read."""

    actions: Mapping[str, Doing] = {}
    seconds: float = SECONDS

    def of(self, name: str, project: Project) -> Doing | None:
        """Return how an action is done, or None when nobody does it."""
        doing = self.actions.get(name) or DEFAULTS.get(name)
        if doing is None and project.action_endpoint and not name.startswith("yizhan_"):
            return Sdk(url=project.action_endpoint)
        return doing


def declared(settings: Mapping[str, Json]) -> Declared:
    """Read `Project.config.yizhan`; raises `Invalid` whose path is the key (`actions.yizhan_label`)."""
    table = settings.get("actions")
    if not isinstance(table, dict | None):
        raise Invalid("`actions` is a mapping from an action's name to what it does", path="actions")
    read = {str(name): _doing(str(name), entry) for name, entry in (table or {}).items()}
    return Declared(
        actions=read, seconds=_converted(settings.get("action_seconds", SECONDS), Seconds, "action_seconds")
    )


def _doing(name: str, entry: Json) -> Doing:
    path = f"actions.{name}"
    kind = entry.get("do") if isinstance(entry, dict) else None
    if kind in LATER.values():
        raise Invalid(
            f"`do: {kind}` cannot be done: that room does not stand yet", path=path, hint="Hand over instead."
        )
    if kind not in KINDS:
        raise Invalid("An action says what it does", path=path, hint=f"Set `do` to one of {', '.join(KINDS)}.")
    doing: Doing = _converted(entry, Doing, path)
    return doing


def _converted(value: Json, kind: object, path: str) -> Json:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        message, _, at = str(error).partition(" - at ")
        raise Invalid(message, path=f"{path}{at.strip('`').removeprefix('$')}") from error
