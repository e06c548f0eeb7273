"""Keys change: everything sealed again, repeatable, nothing lost; and the audit record, whole or touched."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import Struct, structs

from accounts.audit import AUDIT
from adapters.lent import Token
from bots.serving.rows import BOTS, BotRow
from config.settings import Settings
from conversations.inboxes import INBOXES, NewInbox
from hub.errors import HubError
from hub.keys import fresh, parse
from hub.marks import InboxMarks
from hub.secrets import is_sealed
from hub.store.port import By, Insert, put
from server.bootstrap import opened
from server.rotating import check_audit, new_key, rotate

ROOT = Path(__file__).resolve().parents[2]
OLD, NEW = fresh("k1"), fresh("k2")
MANY = 25
"""More than a page."""


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two pages are enough."""
    monkeypatch.setattr("server.rotating.PAGE", 20)


class Told(Struct):
    """What the command printed."""

    lines: list[str]

    def __call__(self, line: str) -> None:
        self.lines.append(line)


def settings(folder: Path, *keys: str) -> Settings:
    return Settings(data=str(folder), secret_keys=",".join(keys), worker=False)


async def furnish(folder: Path) -> None:
    """Inboxes with secrets, a bot with one, a token, and a mark that a channel sealed itself."""
    async with opened(settings(folder, OLD)) as hub:
        for number in range(MANY):
            id = f"inbox-{number:03}"
            sealed = {"signing_secret": hub.vault.seal(f"secret-number-{number:05}", id, "signing_secret")}
            await hub.talks.inboxes.create(NewInbox(name="A", channel="console", secrets=sealed), id=id)

        async def fetch() -> Token:
            return Token(value="a-token", expires_at=hub.clock.now() + timedelta(days=30))

        await hub.tokens.get("inbox-000", "access", "o", fetch)
        secrets = {"billing": hub.vault.seal("a-bots-secret", "bot", "water", "billing")}
        row = BotRow(id="water", name="Water", secrets=secrets, made_at=hub.clock.now())
        await hub.store.commit(Insert(BOTS, row))
        refresh = hub.vault.seal("a-refresh-token", "inbox-000", "refresh_token")
        await InboxMarks(hub.store, "inbox-000").set("refresh_token", f"origin {refresh}")
        await InboxMarks(hub.store, "inbox-000").set("cursor", "12")


async def test_everything_opens_under_the_new_key_alone(tmp_path: Path) -> None:
    folder, told = tmp_path / "data", Told([])
    await furnish(folder)
    await rotate(settings(folder, NEW, OLD), told)
    assert [line.split()[:4] for line in told.lines[:4]] == [
        ["inboxes", str(MANY), "rows", str(MANY)], ["marks", "2", "rows", "1"], ["bots", "1", "rows", "1"],
        ["tokens", "1", "rows", "1"],
    ]  # fmt: skip
    again = Told([])
    await rotate(settings(folder, NEW, OLD), again)
    assert [line.split()[3] for line in again.lines[:4]] == ["0", "0", "0", "0"]
    async with opened(settings(folder, NEW)) as hub:
        for number in (0, 17, MANY - 1):
            row = await hub.talks.inboxes.get(f"inbox-{number:03}")
            assert hub.channels.opened(row)["signing_secret"] == f"secret-number-{number:05}"

        async def never() -> Token:
            raise AssertionError("the token is still good")

        assert await hub.tokens.get("inbox-000", "access", "o", never) == "a-token"
        sealed = (await InboxMarks(hub.store, "inbox-000").get("refresh_token")).removeprefix("origin ")
        assert is_sealed(sealed)
        assert hub.vault.open(sealed, "inbox-000", "refresh_token") == "a-refresh-token"
        bot = await hub.store.get(BOTS, "water")
        assert bot is not None
        assert hub.vault.open(bot.secrets["billing"], "bot", "water", "billing") == "a-bots-secret"
        acts = await hub.accounts.audit.page(limit=5)
        assert [act.action for act in acts] == ["secrets.rotated"]


async def test_a_rotation_that_was_cut_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    await furnish(folder)
    async with opened(settings(folder, NEW, OLD)) as hub:
        for row in await hub.store.find(INBOXES, order=(By("id"),), limit=5):
            secrets = {name: hub.vault.renew(sealed, row.id, name) for name, sealed in row.secrets.items()}
            await hub.store.commit(put(INBOXES, row, structs.replace(row, secrets=secrets)))
    told = Told([])
    await rotate(settings(folder, NEW, OLD), told)
    assert told.lines[0].split()[:4] == ["inboxes", str(MANY), "rows", str(MANY - 5)]


async def test_what_no_key_opens_is_named_and_left_alone(tmp_path: Path) -> None:
    folder, told = tmp_path / "data", Told([])
    await furnish(folder)
    with pytest.raises(HubError) as lost:
        await rotate(settings(folder, NEW), told)
    assert "inbox-007" in str(lost.value)
    assert "secret-number" not in str(lost.value) + "".join(told.lines)
    await rotate(settings(folder, NEW, OLD), Told([]))


async def test_a_touched_record_is_found(tmp_path: Path) -> None:
    folder, told = tmp_path / "data", Told([])
    await furnish(folder)
    await rotate(settings(folder, NEW, OLD), Told([]))
    await check_audit(settings(folder, NEW), told)
    assert told.lines[0].startswith("1 records, as they were written")
    async with opened(settings(folder, NEW)) as hub:
        (record,) = await hub.store.find(AUDIT, order=(By("seq"),), limit=2)
        await hub.store.commit(put(AUDIT, record, structs.replace(record, name="somebody else")))
    with pytest.raises(HubError, match="was touched"):
        await check_audit(settings(folder, NEW), told)


def command(folder: Path, *words: str, keys: str) -> tuple[int, str]:
    """Run the command line as an operator does."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("YIZHAN_")}
    env = {**known, "YIZHAN_SECRET_KEYS": keys, "YIZHAN_DATA": str(folder)}
    ended = subprocess.run(
        [sys.executable, "-m", "server", *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    return ended.returncode, ended.stdout + ended.stderr


def test_the_commands(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    asyncio.run(furnish(folder))
    code, said = command(folder, "secrets", "rotate", keys=f"{NEW},{OLD}")
    assert (code, f"{MANY} sealed again" in said) == (0, True), said
    assert command(folder, "audit", "verify", keys=NEW)[0] == 0
    assert command(folder, "audit", "verify", "--seq", "1", "--hash", "0" * 64, keys=NEW)[0] == 1
    code, made = command(folder, "secrets", "new", "--id", "k9", keys=NEW)
    assert (code, made.startswith("k9:")) == (0, True)
    assert parse(made).newest.id == "k9"


def test_a_key_is_named_after_its_day() -> None:
    assert new_key().startswith("k20")
