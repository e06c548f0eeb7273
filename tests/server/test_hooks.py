"""The providers' door: proved, understood and durable before it answers 200; anything else is a clear no."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from hub.standard_webhooks import sign
from hub.store.port import Eq
from hub.work.jobs import JOBS
from server.quarantine import MOST, QUARANTINE
from tests.waiting import until

if TYPE_CHECKING:
    from tests.server.running import Client, Heard, Running

SECRET = "a-secret-of-the-test-1"


async def opened(hub: Running, admin: Client, **settings: Any) -> str:
    """Make an inbox of the API channel and return its id."""
    body = {"name": "API", "channel": "console", "settings": {"signing_secret": SECRET, **settings}}
    answer = await admin.post("/inboxes", body)
    assert answer.status == 201, answer.body
    return str(answer.json["id"])


def event(text: str = "你好", who: str = "u1") -> bytes:
    said = {
        "type": "message", "from": {"id": who, "name": "李雷"}, "at": datetime.now(UTC).isoformat(),
        "parts": [{"type": "text", "body": text}],
    }  # fmt: skip
    return msgspec.json.encode(said)


async def call(client: Client, inbox: str, body: bytes, id: str = "e1", secret: str = SECRET) -> Heard:
    headers = sign(secret, id, datetime.now(UTC), body)
    return await client.post(f"/hooks/{inbox}", body=body, headers=headers)


async def test_what_is_answered_200_is_in_the_store(hub_server: Running) -> None:
    admin = await hub_server.log_in("admin")
    inbox = await opened(hub_server, admin)
    stranger = await hub_server.stranger()
    answers = await asyncio.gather(*(call(stranger, inbox, event(f"m{n}"), f"e{n}") for n in range(20)))
    assert {one.status for one in answers} == {200}
    again = await asyncio.gather(*(call(stranger, inbox, event(f"m{n}"), f"e{n}") for n in range(20)))
    assert {one.status for one in again} == {200}

    async def arrived() -> bool:
        rows = (await admin.get("/conversations?view=all")).json["items"]
        return bool(rows) and rows[0]["seq"] >= 20

    await until(arrived)
    rows = (await admin.get("/conversations?view=all")).json["items"]
    assert len(rows) == 1
    told = (await admin.get(f"/conversations/{rows[0]['id']}/messages?limit=100")).json["items"]
    said = [one["parts"][0]["body"] for one in told if one["direction"] == "in"]
    assert sorted(said) == sorted(f"m{n}" for n in range(20))


async def test_who_cannot_prove_it_leaves_nothing_behind(hub_server: Running) -> None:
    admin = await hub_server.log_in("admin")
    inbox = await opened(hub_server, admin)
    stranger = await hub_server.stranger()
    answer = await call(stranger, inbox, event(), secret="another-secret-of-16")
    assert (answer.status, answer.json["code"]) == (401, "unverified")
    assert answer.json["hint"]
    assert (await stranger.post(f"/hooks/{inbox}", {})).status == 401
    assert await hub_server.hub.store.count(QUARANTINE, Eq("inbox", inbox), limit=10) == 0
    assert await hub_server.hub.store.find(JOBS, Eq("key", f"{inbox}:e1"), limit=1, order=()) == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"type":"message"}', b"\xff\xfe", b'{"type":5}'])
async def test_what_makes_no_sense_is_kept(hub_server: Running, body: bytes) -> None:
    admin = await hub_server.log_in("admin")
    inbox = await opened(hub_server, admin)
    answer = await call(admin, inbox, body)
    assert (answer.status, answer.json["code"]) == (400, "malformed"), answer.body
    kept = await hub_server.hub.store.find(QUARANTINE, Eq("inbox", inbox))
    assert [(one.body, one.size) for one in kept] == [(body, len(body))]


async def test_what_is_kept_does_not_grow(hub_server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.quarantine.MOST", 5)
    assert MOST > 5
    admin = await hub_server.log_in("admin")
    inbox = await opened(hub_server, admin)
    for number in range(12):
        assert (await call(admin, inbox, b"%d" % number, f"e{number}")).status == 400
    kept = await hub_server.hub.store.find(QUARANTINE, Eq("inbox", inbox))
    assert {one.body for one in kept} == {b"%d" % number for number in range(7, 12)}


async def test_there_is_no_such_inbox(hub_server: Running) -> None:
    admin = await hub_server.log_in("admin")
    chat = (await admin.get("/inboxes")).json["items"][0]
    assert chat["channel"] == "webchat"
    for inbox in ("none", chat["id"], "../api", "%00"):
        answer = await admin.post(f"/hooks/{inbox}", {})
        assert answer.status == 404, inbox


async def test_too_much_is_refused(hub_server: Running) -> None:
    admin = await hub_server.log_in("admin")
    inbox = await opened(hub_server, admin)

    async def endless() -> Any:
        for _ in range(100):
            yield b" " * 100_000
            await asyncio.sleep(0)

    answer = await admin.call("POST", f"/hooks/{inbox}", data=endless())
    assert answer.status == 413


async def test_an_inbox_changes_without_a_restart(hub_server: Running) -> None:
    admin = await hub_server.log_in("admin")
    inbox = await opened(hub_server, admin)
    other = await opened(hub_server, admin)
    new = "another-secret-of-16"
    changed = await admin.call("PATCH", f"/inboxes/{inbox}", json={"settings": {"signing_secret": new}})
    assert changed.status == 200, changed.body
    assert (await call(admin, inbox, event())).status == 401
    assert (await call(admin, inbox, event(), secret=new)).status == 200
    assert (await call(admin, other, event())).status == 200
    await admin.call("PATCH", f"/inboxes/{inbox}", json={"active": False})
    assert (await call(admin, inbox, event(), "e2", secret=new)).status == 404


async def test_secrets_go_in_and_never_come_out(hub_server: Running) -> None:
    admin = await hub_server.log_in("admin")
    inbox = await opened(hub_server, admin, deliver_url="https://example.cn/in")
    shown = (await admin.get(f"/inboxes/{inbox}")).json
    assert shown["secrets"] == ["signing_secret"]
    assert shown["settings"]["deliver_url"] == "https://example.cn/in"
    assert "signing_secret" not in shown["settings"]
    answers = [await admin.get(path) for path in ("/inboxes", f"/inboxes/{inbox}", "/audit")]
    assert SECRET.encode() not in b"".join(answer.body for answer in answers)
    row = await hub_server.hub.talks.inboxes.get(inbox)
    assert SECRET not in str(msgspec.to_builtins(row))
    kept = await admin.call("PATCH", f"/inboxes/{inbox}", json={"settings": {"deliver_url": ""}})
    assert kept.json["secrets"] == ["signing_secret"]
    assert (await call(admin, inbox, event())).status == 200


async def test_one_broken_inbox_stops_no_other(hub_server: Running) -> None:
    admin = await hub_server.log_in("admin")
    broken, whole = await opened(hub_server, admin), await opened(hub_server, admin)
    row = await hub_server.hub.talks.inboxes.get(broken)
    sealed = hub_server.hub.vault.seal(SECRET, "elsewhere", "signing_secret")
    moved = msgspec.structs.replace(row, secrets={"signing_secret": sealed})
    await hub_server.hub.talks.inboxes.change(row, moved)
    await hub_server.hub.channels.reload_all()
    assert (await call(admin, broken, event())).status == 404
    assert (await call(admin, whole, event())).status == 200
    assert "cannot be opened" in (await admin.get(f"/inboxes/{broken}")).json["fault"]


async def test_figures_tell_what_came_twice(hub_server: Running) -> None:
    admin = await hub_server.log_in("admin")
    inbox = await opened(hub_server, admin)
    for _ in range(3):
        assert (await call(admin, inbox, event())).status == 200
    assert (await call(admin, inbox, b"{")).status == 400
    text = (await admin.get("/metrics")).body.decode()
    assert 'yizhan_inbound_messages_total{channel="console",result="ok"} 3.0' in text
    assert 'yizhan_inbound_messages_total{channel="console",result="malformed"} 1.0' in text
    assert 'yizhan_dedupe_hits_total{channel="console"} 2.0' in text
    assert "yizhan_build_info" in text
