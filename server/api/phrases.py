"""Canned replies and labels: what colleagues share."""

from msgspec import Struct

from accounts.permissions import Permission
from accounts.recording import Commit, recording
from accounts.teams import TEAMS
from conversations.canned import Canned, CannedEdit, NewCanned
from conversations.labels import Label, NewLabel
from hub.errors import Invalid
from hub.store.port import Document
from server.api.accounts.shown import act_of
from server.api.contract import Call, Routes
from server.api.cursor import Page

routes = Routes("phrases")


class CannedShown(Struct, frozen=True, kw_only=True):
    """The canned replies of this user's teams, by shortcut."""

    items: tuple[Canned, ...]
    next: str | None = None


class LabelsShown(Struct, frozen=True, kw_only=True):
    """Every label, by name."""

    items: tuple[Label, ...]
    next: str | None = None


@routes.get("/canned", permission=Permission.CANNED_READ)
async def list_canned(call: Call, query: Page) -> CannedShown:
    """List canned replies; who manages them sees those of every team."""
    teams = None if call.actor.may(Permission.CANNED_MANAGE) else call.actor.teams
    return CannedShown(items=tuple(await call.hub.talks.canned.all(teams)))


@routes.post("/canned", permission=Permission.CANNED_MANAGE, status=201)
async def create_canned(call: Call, body: NewCanned) -> Canned:
    """Make a canned reply."""
    await _check_team(call, body.team)
    return await call.hub.talks.canned.create(body, _recording(call, "canned.created"))


@routes.patch("/canned/{id}", permission=Permission.CANNED_MANAGE)
async def change_canned(call: Call, id: str, body: CannedEdit) -> Canned:
    """Change a canned reply."""
    await _check_team(call, body.team)
    read = await call.hub.talks.canned.get(id)
    return await call.hub.talks.canned.change(read, body, _recording(call, "canned.changed", read))


@routes.delete("/canned/{id}", permission=Permission.CANNED_MANAGE)
async def delete_canned(call: Call, id: str) -> None:
    """Remove a canned reply."""
    await call.hub.talks.canned.remove(id, _recording(call, "canned.deleted"))


@routes.get("/labels", permission=Permission.LABELS_READ)
async def list_labels(call: Call, query: Page) -> LabelsShown:
    """List every label."""
    return LabelsShown(items=tuple(await call.hub.talks.labels.all()))


@routes.post("/labels", permission=Permission.LABELS_MANAGE, status=201)
async def create_label(call: Call, body: NewLabel) -> Label:
    """Make a label."""
    return await call.hub.talks.labels.create(body, _recording(call, "label.created"))


@routes.delete("/labels/{id}", permission=Permission.LABELS_MANAGE)
async def delete_label(call: Call, id: str) -> None:
    """Remove a label; conversations that carry its name keep it."""
    await call.hub.talks.labels.remove(id, _recording(call, "label.deleted"))


async def _check_team(call: Call, team: str | None) -> None:
    if team and await call.hub.store.get(TEAMS, team) is None:
        raise Invalid("There is no such team", path="$.team")


def _recording(call: Call, action: str, before: Document | None = None) -> Commit:
    """Return the commit that puts the act into the audit record too."""
    return recording(call.hub.accounts.audit, act_of(call), action, before)
