"""An inbox and its provider: tested, watched, paused, agreed to; bells, files and lines, with a real provider."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest_asyncio

from hub.errors import TryLater
from hub.store.port import By, Eq
from hub.tokens import TOKENS
from server.vitals import VITALS
from tests.server.parrot.provider import KEY, PICTURE, Provider, hear, inbox, provider
from tests.server.running import Client, Heard, Running, running
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


class Scene:
    """A hub, a provider, an inbox, and people."""

    def __init__(self, hub: Running, provider: Provider, inbox: str, admin: Client, agent: Client) -> None:
        self.hub = hub
        self.provider = provider
        self.inbox = inbox
        self.admin = admin
        self.agent = agent

    async def says(self, text: str, id: str = "m1", user: str = "bird", **more: Any) -> None:
        """A customer writes."""
        body = await hear(self.admin, self.inbox, {"id": id, "user": user, "text": text, **more})
        assert body == b"success"

    async def rows(self) -> list[dict[str, Any]]:
        """Conversations."""
        found: list[dict[str, Any]] = (await self.admin.get("/conversations?view=all")).json["items"]
        return [row for row in found if row["inbox"] == self.inbox]

    async def thread(self) -> str:
        """The first conversation, once it is there."""

        async def there() -> bool:
            return bool(await self.rows())

        await until(there)
        return str((await self.rows())[0]["id"])

    async def messages(self, id: str, direction: str = "in") -> list[dict[str, Any]]:
        """What was said, or what we said."""
        items = (await self.admin.get(f"/conversations/{id}/messages?limit=100")).json["items"]
        return [one for one in items if one["direction"] == direction]

    async def answer(self, id: str, text: str, client_id: str) -> Heard:
        """An agent answers."""
        said = {"client_id": client_id, "parts": [{"type": "text", "body": text}]}
        return await self.agent.post(f"/conversations/{id}/messages", said)

    async def idle(self) -> bool:
        """Nothing waits to go out."""
        return bool((await self.health())["waiting"] == 0)

    async def health(self) -> dict[str, Any]:
        """As the page shows it."""
        answer = await self.admin.get(f"/inboxes/{self.inbox}/health")
        assert answer.status == 200, answer.body
        shown: dict[str, Any] = answer.json
        return shown


@pytest_asyncio.fixture
async def scene(tmp_path: Path, furnished: Path) -> AsyncIterator[Scene]:
    """All of it."""
    async with running(tmp_path / "data", like=furnished) as hub, provider() as one:
        admin, agent = await hub.log_in("admin"), await hub.log_in("agent")
        yield Scene(hub, one, await inbox(hub.hub, admin, one.url), admin, agent)


async def test_a_challenge_is_answered_and_an_ack_said(scene: Scene) -> None:
    answer = await scene.admin.get(f"/hooks/{scene.inbox}?echostr=<b>7</b>")
    assert (answer.status, answer.body) == (200, b"<b>7</b>")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    await scene.says("hello")
    wrong = await scene.admin.post(f"/hooks/{scene.inbox}?key=wrong", {"id": "x", "user": "u", "text": "t"})
    assert (wrong.status, wrong.json["code"]) == (401, "unverified")


async def test_health_tells_what_came_and_went_and_failed(scene: Scene) -> None:
    assert (await scene.health())["state"] == "working"
    await scene.says("hello")
    id = await scene.thread()
    assert (await scene.answer(id, "hi", "c1")).status == 201

    async def sent() -> bool:
        return scene.provider.sent == ["hi"]

    await until(sent)
    await until(scene.idle)
    told = await scene.health()
    assert told["last_in_at"]
    assert told["last_out_at"]
    assert (told["last_error"], told["waiting"], told["figures"]) == (None, 0, {"quota": "42"})
    await scene.health()
    assert scene.provider.asked_figures == 1
    scene.provider.status = 401
    await scene.answer(id, "again", "c2")

    async def broken() -> bool:
        return bool((await scene.health())["state"] == "broken")

    await until(broken)
    error = (await scene.health())["last_error"]
    assert (error["code"], error["hint"]) == ("channel_broken", "Renew `key`.")
    assert KEY not in str(error)
    await scene.hub.hub.channels.vitals.flush()
    row = await scene.hub.hub.store.get(VITALS, scene.inbox)
    assert row is not None
    assert row.last_error is not None


async def test_trouble_that_passes_is_shown_until_something_goes_well(scene: Scene) -> None:
    await scene.says("hello")
    scene.hub.hub.channels.vitals.failed(scene.inbox, TryLater("The provider cannot be reached"))
    assert (await scene.health())["state"] == "troubled"
    numbers = itertools.count()

    async def well() -> bool:
        await scene.says("hello again", id=f"again-{next(numbers)}")
        return bool((await scene.health())["state"] == "working")

    await until(well)


async def test_administrators_hear_that_an_inbox_broke(scene: Scene) -> None:
    await scene.says("hello")
    id = await scene.thread()
    scene.provider.status = 401
    async with scene.admin.live() as boss, scene.agent.live() as colleague:
        await scene.answer(id, "x", "c1")
        await scene.answer(id, "y", "c2")
        frames: list[dict[str, Any]] = []
        async with asyncio.timeout(10):
            while not any(frame["type"] == "trouble" for frame in frames):
                frames.append(await boss.receive_json())
        trouble = frames[-1]
        assert (trouble["inbox"], trouble["name"], trouble["hint"]) == (scene.inbox, "Parrot", "Renew `key`.")
        await colleague.send_json({"type": "ping"})
        seen = []
        async with asyncio.timeout(10):
            while "pong" not in seen:
                seen.append((await colleague.receive_json())["type"])
        assert "trouble" not in seen


async def test_a_paused_inbox_keeps_what_comes_and_sends_in_order_when_it_goes_on(scene: Scene) -> None:
    await scene.says("hello")
    id = await scene.thread()
    paused = await scene.admin.post(f"/inboxes/{scene.inbox}/pause")
    assert (paused.status, paused.json["paused"]) == (200, True)
    assert (await scene.health())["state"] == "paused"
    for number in range(4):
        assert (await scene.answer(id, f"m{number}", f"c{number}")).status == 201
    await scene.says("are you there", "m2")

    async def came() -> bool:
        return len(await scene.messages(id)) == 2

    await until(came)
    assert (await scene.health())["waiting"] == 4
    assert scene.provider.sent == []
    resumed = await scene.admin.post(f"/inboxes/{scene.inbox}/resume")
    assert resumed.json["paused"] is False

    async def gone() -> bool:
        return len(scene.provider.sent) == 4

    await until(gone)
    assert scene.provider.sent == ["m0", "m1", "m2", "m3"]
    await until(scene.idle)
    actions = [one["action"] for one in (await scene.admin.get("/audit")).json["items"]]
    assert actions[:2] == ["inbox.resumed", "inbox.paused"]


async def test_one_listens_until_it_is_paused_and_comes_back_when_cut(scene: Scene) -> None:
    async def on_the_line() -> bool:
        return scene.provider.on_the_line == 1

    await until(on_the_line)
    await scene.provider.lines.put("l1 from the line")
    id = await scene.thread()
    assert (await scene.messages(id))[0]["parts"][0]["body"] == "from the line"
    assert scene.provider.opened == 1, "one change of the inbox opens one line"
    await scene.provider.lines.put("hang up")

    async def hung_up() -> bool:
        return scene.provider.on_the_line == 0

    await until(hung_up)
    await until(on_the_line)
    await scene.provider.lines.put("l1 from the line")
    await scene.provider.lines.put("l2 and again")

    async def two() -> bool:
        return len(await scene.messages(id)) == 2

    await until(two)
    await scene.admin.post(f"/inboxes/{scene.inbox}/pause")
    await until(hung_up)
    assert (await scene.health())["listening"] == ""
    await scene.admin.post(f"/inboxes/{scene.inbox}/resume")
    await until(on_the_line)
    assert (await scene.health())["listening"] in ("connecting", "connected")


async def test_a_bell_is_answered_from_where_the_mark_is(scene: Scene) -> None:
    scene.provider.waiting = ["one", "two"]
    await hear(scene.admin, scene.inbox, {"user": "bird", "bell": "b1"})

    async def said(count: int) -> bool:
        rows = await scene.rows()
        return bool(rows) and len(await scene.messages(rows[0]["id"])) == count

    await until(lambda: said(2))
    scene.provider.waiting.append("three")
    for number in range(5):
        await hear(scene.admin, scene.inbox, {"user": "bird", "bell": f"c{number}"})
    await until(lambda: said(3))
    bodies = [one["parts"][0]["body"] for one in await scene.messages(await scene.thread())]
    assert bodies == ["one", "two", "three"]


async def test_a_named_file_is_fetched_with_a_token_that_is_renewed_when_refused(scene: Scene) -> None:
    await hear(scene.admin, scene.inbox, {"id": "f1", "user": "bird", "file": "a"})
    id = await scene.thread()

    async def kind(number: int, wanted: str) -> bool:
        found = await scene.messages(id)
        return len(found) > number and found[number]["parts"][0]["type"] == wanted

    await until(lambda: kind(0, "image"))
    part = (await scene.messages(id))[0]["parts"][0]
    assert (await scene.agent.get(f"/blobs/{part['blob']}")).headers["Content-Type"] == "image/png"
    scene.provider.good_token = "another"
    await hear(scene.admin, scene.inbox, {"id": "f2", "user": "bird", "file": "b"})
    await until(lambda: kind(1, "image"))
    assert scene.provider.tokens == 2
    await hear(scene.admin, scene.inbox, {"id": "f3", "user": "bird", "file": "gone"})

    async def faulty() -> bool:
        found = await scene.messages(id)
        return len(found) > 2 and bool(found[2]["parts"][0].get("fault"))

    await until(faulty)
    token = (await scene.health())["token"]
    assert token["got_at"] < token["expires_at"]
    rows = await scene.hub.hub.store.find(TOKENS, Eq("inbox", scene.inbox), order=(By("id"),), limit=5)
    assert len(rows) == 1
    assert "parrot-token" not in str(rows[0].sealed)


async def test_the_customer_sees_that_an_agent_types(scene: Scene) -> None:
    await scene.says("hello")
    id = await scene.thread()
    async with scene.agent.live() as socket:
        await socket.send_json({"type": "view", "conversation": id})
        for on in (True, True, True, False):
            await socket.send_json({"type": "typing", "conversation": id, "on": on})

        async def typed() -> bool:
            return scene.provider.typed[-1:] == [False]

        await until(typed)
    assert scene.provider.typed == [True, False]


async def test_a_connection_is_tried_before_and_after_saving(scene: Scene) -> None:
    answer = await scene.admin.post(f"/inboxes/{scene.inbox}/test")
    assert answer.json == {"ok": True, "steps": [{"name": "key", "ok": True, "detail": "200", "hint": "Renew `key`."}]}
    scene.provider.status = 401
    answer = await scene.admin.post(f"/inboxes/{scene.inbox}/test")
    assert answer.json["ok"] is False
    scene.provider.status = 200
    before = {"settings": {"provider_url": scene.provider.url}, "inbox": scene.inbox}
    assert (await scene.admin.post("/channels/parrot/test", before)).json["ok"] is True
    missing = await scene.admin.post("/channels/parrot/test", {"settings": {"provider_url": scene.provider.url}})
    assert (missing.status, missing.json["path"]) == (422, "$.settings.key")
    closed = {"settings": {"provider_url": "http://10.0.0.1", "key": KEY}}
    tried = (await scene.admin.post("/channels/parrot/test", closed)).json
    assert tried["ok"] is False
    assert "YIZHAN_EGRESS_ALLOW" in tried["steps"][0]["hint"]
    assert (await scene.admin.post("/channels/none/test", {"settings": {}})).status == 404
    other = {"settings": {}, "inbox": scene.inbox}
    assert (await scene.admin.post("/channels/console/test", other)).status == 404
    assert KEY.encode() not in (await scene.admin.post("/channels/parrot/test", before)).body


async def test_templates_are_listed_for_who_answers(scene: Scene) -> None:
    answer = await scene.agent.get(f"/inboxes/{scene.inbox}/templates")
    assert answer.json["items"] == [{"id": "T1", "title": "Bill", "body": "You owe {sum}", "variables": ["sum"]}]
    chat = (await scene.admin.get("/inboxes")).json["items"][0]["id"]
    assert (await scene.agent.get(f"/inboxes/{chat}/templates")).status == 422


async def test_the_channel_of_a_conversation_counts_down(scene: Scene) -> None:
    await scene.says("hello")
    id = await scene.thread()
    now = (await scene.agent.get(f"/conversations/{id}/channel")).json
    assert (now["channel"], now["carries"], now["counts"]) == ("parrot", ["text", "image", "template"], "sms")
    assert (now["typing"], now["templates"], now["mail"], now["opted_out"]) == (True, True, False, False)
    assert (now["window"]["needed"], now["window"]["open"], now["window"]["left"]) == (True, True, 5)
    for number in range(5):
        assert (await scene.answer(id, "x", f"c{number}")).status == 201
    now = (await scene.agent.get(f"/conversations/{id}/channel")).json
    assert now["window"]["open"] is False
    closed = await scene.answer(id, "x", "c6")
    assert (closed.status, closed.json["code"]) == (422, "window_closed")
    template = {"client_id": "t1", "parts": [{"type": "template", "template": "T1", "body": "You owe 5"}]}
    assert (await scene.agent.post(f"/conversations/{id}/messages", template)).status == 201


async def test_a_preview_sends_nothing_and_counts_segments(scene: Scene) -> None:
    await scene.says("hello")
    id = await scene.thread()
    parts = [{"type": "text", "body": "好" * 71}]
    shown = (await scene.agent.post(f"/conversations/{id}/preview", {"parts": parts})).json
    assert shown["segments"] == {"encoding": "ucs2", "count": 2, "per": 67}
    assert [one["parts"][0]["type"] for one in shown["messages"]] == ["text"]
    place = [{"type": "location", "latitude": 1, "longitude": 2}]
    refused = await scene.agent.post(f"/conversations/{id}/preview", {"parts": place})
    assert (refused.status, refused.json["code"]) == (422, "unsupported")
    assert scene.provider.sent == []
    assert len(await scene.messages(id, "out")) == 0


async def test_consent_is_finished_by_who_began_it(scene: Scene) -> None:
    begun = await scene.admin.post(f"/inboxes/{scene.inbox}/authorise")
    asked = parse_qs(urlsplit(begun.json["url"]).query)
    state, redirect = asked["state"][0], asked["redirect_uri"][0]
    assert redirect == f"{scene.hub.base}/oauth/callback"
    stranger, other = await scene.hub.stranger(), await scene.hub.log_in("admin")
    door = f"{scene.hub.base}/oauth/callback"

    async def back(client: Client, **query: str) -> tuple[int, str]:
        async with client.http.get(door, params=query, allow_redirects=False) as answer:
            return answer.status, answer.headers.get("Location", "")

    assert (await back(stranger, state=state, code="good"))[0] == 401
    assert (await back(other, state=state, code="good"))[0] == 403
    assert (await back(scene.agent, state=state, code="good"))[0] == 403
    assert (await back(scene.admin, state=state[:-2] + "xx", code="good"))[0] == 401
    assert (await back(scene.admin, code="good"))[0] == 401
    page = f"/settings/inboxes/{scene.inbox}?authorised="
    assert await back(scene.admin, state=state, error="access_denied") == (303, f"{page}declined")
    assert await back(scene.admin, state=state, code="bad") == (303, f"{page}refused")
    assert "refresh_token" not in (await scene.admin.get(f"/inboxes/{scene.inbox}")).json["secrets"]
    assert await back(scene.admin, state=state, code="good") == (303, f"{page}yes")
    shown = (await scene.admin.get(f"/inboxes/{scene.inbox}")).json
    assert shown["secrets"] == ["key", "refresh_token"]
    row = await scene.hub.hub.talks.inboxes.get(scene.inbox)
    assert scene.hub.hub.channels.opened(row)["refresh_token"] == f"refresh for {redirect}"
    assert "refresh for" not in str(row.secrets)


async def test_the_raw_form_of_the_unknown_is_for_the_administrator(scene: Scene) -> None:
    await hear(scene.admin, scene.inbox, {"id": "o1", "user": "bird", "odd": "hologram"})
    id = await scene.thread()
    raw = await scene.admin.get(f"/conversations/{id}/messages/1/raw")
    assert (raw.status, b"hologram" in raw.body) == (200, True)
    assert raw.headers["Content-Disposition"].startswith("attachment")
    assert (await scene.agent.get(f"/conversations/{id}/messages/1/raw")).status == 403
    await scene.says("known", "k1")

    async def both() -> bool:
        return len(await scene.messages(id)) == 2

    await until(both)
    assert (await scene.admin.get(f"/conversations/{id}/messages/2/raw")).status == 404


async def test_pictures_are_sent_small_and_other_things_are_not(scene: Scene) -> None:
    await hear(scene.admin, scene.inbox, {"id": "f1", "user": "bird", "file": "a"})
    id = await scene.thread()

    async def fetched() -> bool:
        return bool((await scene.messages(id))[0]["parts"][0]["type"] == "image")

    await until(fetched)
    blob = (await scene.messages(id))[0]["parts"][0]["blob"]
    small = await scene.agent.get(f"/blobs/{blob}/thumb")
    assert (small.status, small.headers["Content-Type"], small.body[8:12]) == (200, "image/webp", b"WEBP")
    assert (await scene.agent.get(f"/blobs/{blob}/sound")).status == 422
    assert (await scene.agent.get(f"/blobs/{'0' * 64}/thumb")).status == 404
    assert PICTURE.startswith(b"\x89PNG")
