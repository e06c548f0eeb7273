"""Setting another colleague's presence: they may take it back, and the audit record says who did it."""

from typing import Literal

from msgspec import Struct

from accounts.audit import Change, Deed, Entry
from routing.model import Presence
from server.api.accounts.shown import act_of
from server.api.contract import Call, Routes
from server.api.routing import PresenceShown, shown
from server.api.supervision.scope import SUPERVISE, subordinate

routes = Routes("supervision")


class PresenceSet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Busy: no new work. Away: no new work, and it shows. Nobody can be made ready but by themselves."""

    status: Literal["busy", "away"]


@routes.put("/supervision/agents/{id}/presence", permission=SUPERVISE)
async def set_presence(call: Call, id: str, body: PresenceSet) -> PresenceShown:
    """Let a colleague get no more new work; what is offered to them and unanswered goes back to its queue."""
    user = await subordinate(call, id)
    wanted = Presence(body.status)

    async def decide() -> Deed[None]:
        desk, writes = await call.hub.presences.choosing(user.id, wanted, by=call.actor.user)
        told = Change(field="presence", before=desk.chosen, after=wanted)
        entry = Entry(action="presence.set", target=user.id, changes=(told,))
        return Deed(result=None, writes=tuple(writes), entry=entry if writes else None)

    await call.hub.accounts.audit.perform(act_of(call), decide)
    return shown(await call.hub.presences.seated(user.id))
