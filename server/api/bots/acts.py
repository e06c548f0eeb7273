"""Acts upon bots, for the audit record: what changed, without the secrets."""

import secrets

from accounts.audit import Entry
from accounts.changes import changed
from accounts.recording import Commit
from bots.serving.rows import BotRow, Remote, Way
from hub.store.port import Document, Write
from server.api.accounts.shown import act_of
from server.api.bots.shown import RemoteGiven
from server.api.contract import Call


def audited(call: Call, action: str, before: Document | None = None) -> Commit:
    """Return a commit that writes the act down too; its target is the document of its first write."""

    async def commit(*writes: Write) -> None:
        first = writes[0].doc
        entry = Entry(action=action, target=first.id, changes=changed(before, first, secret=("secrets",)))
        await call.hub.accounts.audit.commit(act_of(call), entry, *writes)

    return commit


def sealed(call: Call, bot: BotRow | str, given: dict[str, str]) -> dict[str, str]:
    """Return a bot's secrets with those that are given, sealed for it; an empty one is taken out."""
    id, known = (bot, {}) if isinstance(bot, str) else (bot.id, bot.secrets)
    fresh = {name: call.hub.vault.seal(value, "bot", id, name) for name, value in given.items() if value}
    return {name: value for name, value in {**known, **fresh}.items() if given.get(name, "-")}


def remote_of(given: RemoteGiven | None, before: Remote | None = None) -> Remote | None:
    """Return where a Rasa server is, as a row keeps it; the address that it calls back stays unless it is renewed."""
    if given is None:
        return None
    door = ""
    if given.way is Way.CALLBACK:
        door = (before.door if before and not given.renew else "") or secrets.token_urlsafe(16)
    return Remote(url=given.url, shadow=given.shadow, way=given.way, door=door)
