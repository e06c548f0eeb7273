"""The files of a bot: reading, changing, checking."""

from collections.abc import Iterable
from datetime import timedelta

from accounts.permissions import Permission
from bots.project.model import Fault as ProjectFault
from bots.serving.zipping import bounded
from server.api.bots.acts import audited
from server.api.bots.shown import BotId, Fault, Faults, FilesChecked, FilesPut, FilesShown
from server.api.contract import KB, Call, Rate, Routes

routes = Routes("bots")
READ, MANAGE = Permission.BOTS_READ, Permission.BOTS_MANAGE
LARGEST = 10 * 1024 * KB
"""Of a body: 8 MB of texts, and what JSON adds to them."""
MINUTE = timedelta(minutes=1)


@routes.get("/bots/{id}/files", permission=READ)
async def get_files(call: Call, id: BotId) -> FilesShown:
    """Return the draft and what is wrong with it."""
    draft = await call.hub.workshop.drafts.get(id)
    looked = await call.hub.workshop.drafts.look(draft.files)
    return FilesShown(version=draft.row.version, files=draft.files, faults=show_faults(looked.faults))


@routes.put("/bots/{id}/files", permission=MANAGE, body_limit=LARGEST, rate=Rate(times=120, per=MINUTE))
async def put_files(call: Call, id: BotId, body: FilesPut) -> FilesShown:
    """Put the whole draft; with errors it is kept, and nothing is trained from it."""
    return await saved(call, id, body.version, body.files, "bot.files_changed")


@routes.post("/bots/{id}/check", permission=READ, body_limit=LARGEST, rate=Rate(times=240, per=MINUTE))
async def check_files(call: Call, id: BotId, body: FilesChecked) -> Faults:
    """Say what is wrong with files; nothing is kept."""
    await call.hub.workshop.versions.bot(id)
    bounded(body.files)
    looked = await call.hub.workshop.drafts.look(body.files)
    return Faults(faults=show_faults(looked.faults))


async def saved(call: Call, id: str, version: int, files: dict[str, str], action: str) -> FilesShown:
    """Put the draft over the version that was read, and show it."""
    await call.hub.workshop.versions.working(id)
    drafts = call.hub.workshop.drafts
    commit = audited(call, action, await drafts.row(id))
    row, faults = await drafts.save(id, version, files, by=call.actor.user, at=call.at, commit=commit)
    return FilesShown(version=row.version, files=files, faults=show_faults(faults))


def show_faults(faults: Iterable[ProjectFault]) -> tuple[Fault, ...]:
    """Show faults with their places."""
    return tuple(
        Fault(file=one.place.file, line=one.place.line, message=one.message, hint=one.hint, severity=one.severity)
        for one in faults
    )
