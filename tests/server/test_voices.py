"""A mail is signed as its team signs: adapters are told the team's name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from accounts.teams import TEAMS, Team
from hub.model import Address, Outbound, Text
from hub.store.port import Insert
from server.voices import name_of, with_team
from tests.stores import open_store

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 11, 22, tzinfo=UTC)
TO = Address(channel="email", user="ann@example.com")


def outbound(**facts: str) -> Outbound:
    """Return a mail."""
    return Outbound(id="m", inbox="i", to=TO, parts=(Text(body="x"),), conversation="c", seq=1, facts=facts)


async def test_the_team_is_told_by_its_name(tmp_path: Path) -> None:
    async with open_store(tmp_path, [TEAMS]) as store:
        await store.commit(Insert(TEAMS, Team(id="t-1", name="售后", key="售后", created_at=AT)))
        told = await with_team(store, outbound(team="t-1", scene="9"))
        assert told.facts == {"team": "售后", "scene": "9"}
        assert (await with_team(store, outbound(team="gone"))).facts == {"team": ""}
        plain = outbound(scene="9")
        assert await with_team(store, plain) is plain
        assert await name_of(store, None) == ""
