"""`yizhan secrets` and `yizhan audit`: a new key, everything sealed again under it, and whether the record is whole."""

from collections.abc import Callable
from datetime import UTC, datetime

from msgspec import Struct, structs

from accounts.actor import CONSOLE, Act
from accounts.audit import Change, Entry
from accounts.verify import verify
from bots.serving.rows import BOTS, BotRow
from config.settings import Settings
from conversations.inboxes import INBOXES, Inbox
from hub.errors import ChannelBroken, Conflict, HubError
from hub.keys import fresh
from hub.marks import MARKS, Mark
from hub.secrets import Vault, is_sealed
from hub.store.port import By, Collection, D, Store, put
from hub.tokens import TOKENS, KeptToken
from server.bootstrap import opened

PAGE = 200
Say = Callable[[str], None]


class Count(Struct, kw_only=True):
    """How many rows there are, how many were sealed again, and the ids of those that cannot be opened."""

    rows: int = 0
    renewed: int = 0
    lost: list[str]


def new_key(id: str = "") -> str:
    """Return a fresh entry for `secret_keys`, named after today unless told otherwise."""
    return fresh(id or f"k{datetime.now(UTC):%Y%m%d}")


async def rotate(settings: Settings, say: Say) -> None:
    """Seal every secret again under the newest key; run again, it goes on where it ended.

    Raises `HubError` at the end when some could not be opened: their key is gone.
    """
    async with opened(settings) as hub:
        counts = {
            "inboxes": await _every(hub.store, INBOXES, lambda row: _inbox(hub.vault, row)),
            "marks": await _every(hub.store, MARKS, lambda row: _mark(hub.vault, row)),
            "bots": await _every(hub.store, BOTS, lambda row: _bot(hub.vault, row)),
            "tokens": await _every(hub.store, TOKENS, lambda row: _token(hub.vault, row)),
        }
        done = sum(count.renewed for count in counts.values())
        if done:
            told = Change(field="renewed", after=str(done))
            entry = Entry(action="secrets.rotated", target=hub.keyring.newest.id, changes=(told,))
            await hub.accounts.audit.commit(Act(actor=CONSOLE, at=hub.clock.now(), request="console"), entry)
    for name, count in counts.items():
        say(f"{name:<8} {count.rows:>6} rows {count.renewed:>6} sealed again {len(count.lost):>6} not readable")
    lost = [id for count in counts.values() for id in count.lost]
    if lost:
        raise HubError(
            "Some secrets cannot be opened", ids=lost, hint="Put the old key back, or enter them in the settings again."
        )
    say("The older keys seal nothing any more. Signed links and sessions of theirs end with them.")


async def check_audit(settings: Settings, say: Say, *, witness: tuple[int, str] | None = None) -> None:
    """Walk the audit chain; raises `HubError` naming the first record that is not as it was written."""
    async with opened(settings) as hub:
        verdict = await verify(hub.store, witness=witness)
    if not verdict.good:
        raise HubError("The audit record was touched", first_bad=verdict.first_bad, reason=verdict.reason)
    say(f"{verdict.count} records, as they were written; the last hash is {verdict.hash}")


async def _every(store: Store, collection: Collection[D], renewed: Callable[[D], D | None]) -> Count:
    """Renew every row of a collection, page by page; a row that changes meanwhile is read again."""
    count, order = Count(lost=[]), (By("id"),)
    after: tuple[str] | None = None
    while page := await store.find(collection, order=order, limit=PAGE, after=after):
        after = (page[-1].id,)
        for row in page:
            count.rows += 1
            try:
                count.renewed += await _one(store, collection, row, renewed)
            except ChannelBroken:
                count.lost.append(row.id)
    return count


async def _one(store: Store, collection: Collection[D], row: D, renewed: Callable[[D], D | None]) -> bool:
    read: D | None = row
    while read is not None:
        now = renewed(read)
        if now is None:
            return False
        try:
            await store.commit(put(collection, read, now))
        except Conflict:
            read = await store.get(collection, row.id)
            continue
        return True
    return False


def _inbox(vault: Vault, row: Inbox) -> Inbox | None:
    if not any(vault.is_stale(sealed) for sealed in row.secrets.values()):
        return None
    return structs.replace(
        row, secrets={name: vault.renew(sealed, row.id, name) for name, sealed in row.secrets.items()}
    )


def _bot(vault: Vault, row: BotRow) -> BotRow | None:
    if not any(vault.is_stale(sealed) for sealed in row.secrets.values()):
        return None
    return structs.replace(
        row, secrets={name: vault.renew(sealed, "bot", row.id, name) for name, sealed in row.secrets.items()}
    )


def _mark(vault: Vault, row: Mark) -> Mark | None:
    """Renew what a channel sealed itself (a refresh token that the provider exchanged): the last word of its mark."""
    before, space, last = row.value.rpartition(" ")
    if not is_sealed(last) or not vault.is_stale(last):
        return None
    inbox, _, name = row.id.partition(":")
    return structs.replace(row, value=f"{before}{space}{vault.renew(last, inbox, name)}")


def _token(vault: Vault, row: KeptToken) -> KeptToken | None:
    if not row.sealed or not vault.is_stale(row.sealed):
        return None
    return structs.replace(row, sealed=vault.renew(row.sealed, "token", row.id))
