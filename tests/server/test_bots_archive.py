"""A bot goes: refused while it is used, into the archive when customers heard it, altogether when nobody did."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from bots.contract import Missed
from bots.serving.misses import Found
from bots.serving.rows import BOTS, DRAFTS, MISSES, VERSIONS, MissState, State, VersionRow, Why, version_id
from hub.store.port import By, Eq, Insert, put

if TYPE_CHECKING:
    from tests.server.running import Client, Running

AT = datetime(2026, 12, 1, tzinfo=UTC)


async def _made(client: Client, id: str, **more: object) -> None:
    answer = await client.post("/bots", {"id": id, "name": id, **more})
    assert answer.status == 201, answer.body


async def _ids(client: Client, query: str = "") -> list[str]:
    return [one["id"] for one in (await client.get(f"/bots{query}")).json["items"]]


async def _version(hub: Running, id: str, *, published: bool) -> None:
    """Let the bot have one trained version."""
    store = hub.hub.store
    row = await store.get(BOTS, id)
    assert row is not None
    at = AT if published else None
    version = VersionRow(
        id=version_id(id, 1), bot=id, number=1, files="", state=State.TRAINED, made_at=AT, published_at=at
    )
    await store.commit(put(BOTS, row, structs.replace(row, last=1)), Insert(VERSIONS, version))


async def test_one_that_nobody_ever_heard_is_gone_with_all_it_had(hub_server: Running) -> None:
    boss, store = await hub_server.log_in("admin"), hub_server.hub.store
    await _made(boss, "tiny")
    await _version(hub_server, "tiny", published=False)
    where = Found(bot="tiny", conversation="c", seq=1, why=Why.CORRECTED)
    await hub_server.hub.workshop.misses.correct(where, Missed(text="那个"), AT)
    assert (await boss.call("DELETE", "/bots/tiny")).status == 204
    assert (await boss.get("/bots/tiny")).status == 404
    assert await store.get(DRAFTS, "tiny") is None
    assert await store.get(VERSIONS, version_id("tiny", 1)) is None
    order = (By("at", descending=True), By("id", descending=True))
    assert await store.find(MISSES, Eq("bot", "tiny"), Eq("state", MissState.OPEN), order=order, limit=9) == []
    assert "bot.deleted" in [one["action"] for one in (await boss.get("/audit?target=tiny")).json["items"]]
    await _made(boss, "tiny")


async def test_one_that_was_published_is_archived_and_does_nothing_more(hub_server: Running) -> None:
    boss = await hub_server.log_in("admin")
    await _made(boss, "tiny", secrets={"billing": "hush-hush"})
    await _version(hub_server, "tiny", published=True)
    assert (await boss.call("DELETE", "/bots/tiny")).status == 204
    assert "tiny" not in await _ids(boss)
    assert await _ids(boss, "?archived=true") == ["tiny"]
    shown = (await boss.get("/bots/tiny")).json
    assert (shown["live"], shown["secrets"], [one["number"] for one in shown["versions"]]) == (None, [], [1])
    assert shown["archived_at"]
    assert (await boss.get("/bots/tiny/versions/1")).status == 200
    files = (await boss.get("/bots/tiny/files")).json
    for method, path, body in (
        ("POST", "/bots/tiny/versions/1/publish", None),
        ("POST", "/bots/tiny/train", None),
        ("POST", "/bots/tiny/try", {"text": "a"}),
        ("PUT", "/bots/tiny/files", {"version": files["version"], "files": files["files"]}),
        ("PATCH", "/bots/tiny", {"name": "b"}),
        ("DELETE", "/bots/tiny", None),
    ):
        answer = await boss.call(method, path, json=body)
        assert (answer.status, answer.json["code"]) == (409, "wrong_move"), (method, path)
    assert (await boss.post("/bots", {"id": "tiny", "name": "x"})).status == 422
    assert "bot.archived" in [one["action"] for one in (await boss.get("/audit?target=tiny")).json["items"]]


async def test_one_that_is_used_stays_and_says_by_whom(hub_server: Running) -> None:
    boss = await hub_server.log_in("admin")
    await _made(boss, "far", kind="rasa", remote={"url": "http://127.0.0.1:9", "shadow": "tiny", "way": "callback"})
    await _made(boss, "tiny")
    refused = await boss.call("DELETE", "/bots/tiny")
    assert (refused.status, refused.json["facts"]["bots"]) == (409, ["far"])
    (inbox,) = [one for one in (await boss.get("/inboxes")).json["items"] if one["bot"] == "water"]
    await boss.call("PATCH", f"/inboxes/{inbox['id']}", json={"bot": "far"})
    refused = await boss.call("DELETE", "/bots/far")
    assert (refused.status, refused.json["facts"]["inboxes"]) == (409, [inbox["name"]])
    assert inbox["name"] in refused.json["detail"]
    await boss.call("PATCH", f"/inboxes/{inbox['id']}", json={"bot": "water"})
    assert (await boss.call("DELETE", "/bots/far")).status == 204
    assert "far" not in hub_server.hub.bots
    assert (await boss.get("/bots/far")).json["remote"]["callback"] == ""
    assert (await boss.call("DELETE", "/bots/tiny")).status == 204


@pytest.mark.parametrize(("id", "status"), [("water", 409), ("nobody", 404)])
async def test_a_file_of_the_machine_and_nobody_cannot_be_removed(hub_server: Running, id: str, status: int) -> None:
    boss = await hub_server.log_in("admin")
    assert (await boss.call("DELETE", f"/bots/{id}")).status == status


async def test_it_needs_the_permission(hub_server: Running) -> None:
    boss, lead = await hub_server.log_in("admin"), await hub_server.log_in("lead")
    await _made(boss, "tiny")
    assert (await lead.call("DELETE", "/bots/tiny")).status == 403
    assert "tiny" in await _ids(boss)
