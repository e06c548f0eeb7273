"""Files for whoever holds a signed address: ranges, ends, sandbox; and a mail's HTML with its pictures."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession, web
from msgspec import structs

from conversations.finding import message_at
from conversations.model import MESSAGES
from hub.model import Html
from hub.store.port import put
from tests.server.parrot.provider import PICTURE, hear, inbox, provider
from tests.waiting import until

if TYPE_CHECKING:
    from server.parts import Hub
    from tests.server.running import Client, Running

PAGE = b"<script>alert(1)</script>"


async def stored(hub: Hub, data: bytes) -> str:
    """Keep a blob as it is."""

    async def chunks() -> Any:
        yield data

    return (await hub.shelf.put(chunks())).hash


async def fetch(hub: Running, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask without cookies, as a provider would."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    async with ClientSession() as http, http.request(method, hub.base + path, headers=given) as answer:
        return answer.status, dict(answer.headers), await answer.read()


async def test_who_has_the_address_gets_the_file_and_nothing_runs(hub_server: Running) -> None:
    links = hub_server.hub.links
    blob = await stored(hub_server.hub, PAGE)
    address = links.to(blob, "页面.html")
    assert address.startswith(f"{hub_server.hub.settings.address}/files/")
    status, headers, body = await fetch(hub_server, links.path(blob, "页面.html"))
    assert (status, body) == (200, PAGE)
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"].startswith("attachment")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    picture = await stored(hub_server.hub, PICTURE)
    status, headers, _ = await fetch(hub_server, links.path(picture, "a.exe"))
    assert (status, headers["Content-Type"], headers["Cross-Origin-Resource-Policy"]) == (
        200,
        "image/png",
        "cross-origin",
    )


@pytest.mark.parametrize(
    ("asked", "status", "body", "told"),
    [
        ("bytes=0-3", 206, PAGE[:4], f"bytes 0-3/{len(PAGE)}"), ("bytes=4-", 206, PAGE[4:], f"bytes 4-24/{len(PAGE)}"),
        ("bytes=-5", 206, PAGE[-5:], f"bytes 20-24/{len(PAGE)}"), ("bytes=0-999", 200, PAGE, ""),
        ("bytes=99-", 416, b"", f"bytes */{len(PAGE)}"), ("bytes=0-1,3-4", 200, PAGE, ""), ("lines=1", 200, PAGE, ""),
        ("bytes=-0", 416, b"", f"bytes */{len(PAGE)}"), ("bytes=9-4", 416, b"", f"bytes */{len(PAGE)}"),
    ],
)  # fmt: skip
async def test_a_part_of_it(hub_server: Running, asked: str, status: int, body: bytes, told: str) -> None:
    blob = await stored(hub_server.hub, PAGE)
    answered, headers, sent = await fetch(hub_server, hub_server.hub.links.path(blob, "a"), Range=asked)
    assert (answered, sent, headers.get("Content-Range", "")) == (status, body, told)


async def test_addresses_end_and_cannot_be_made(hub_server: Running) -> None:
    links = hub_server.hub.links
    blob = await stored(hub_server.hub, PAGE)
    over = links.path(blob, "a", life=timedelta(seconds=-1))
    good = links.path(blob, "a")
    other_purpose = links.remote("http://127.0.0.1/").replace("/remote/", "/files/") + "/a"
    tampered = good.replace("/files/k1.", "/files/k1.e")
    for path in (over, other_purpose, tampered, f"/files/{blob}/a", "/files/x/a"):
        assert (await fetch(hub_server, path))[0] == 401, path
    gone = links.path("0" * 64, "a")
    assert (await fetch(hub_server, gone))[0] == 404
    assert (await fetch(hub_server, good, method="HEAD"))[2] == b""


async def letter(hub: Running, admin: Client, url: str, part: Html) -> str:
    """Put HTML where a customer's words are, and return the conversation."""
    box = await inbox(hub.hub, admin, url)
    await hear(admin, box, {"id": "m1", "user": "bird", "text": "hello"})

    async def there() -> bool:
        return bool([row for row in (await admin.get("/conversations?view=all")).json["items"] if row["inbox"] == box])

    await until(there)
    rows = (await admin.get("/conversations?view=all")).json["items"]
    id = str(next(row["id"] for row in rows if row["inbox"] == box))
    read = await message_at(hub.hub.store, id, 1)
    await hub.hub.store.commit(put(MESSAGES, read, structs.replace(read, parts=(part,))))
    return id


async def test_a_mail_is_shown_without_telling_its_sender(hub_server: Running) -> None:
    admin, agent = await hub_server.log_in("admin"), await hub_server.log_in("agent")
    app, asked = web.Application(), []

    async def pixel(request: web.Request) -> web.Response:
        asked.append((request.path, request.headers.get("Cookie"), request.headers.get("Referer")))
        body = PAGE if request.path == "/page" else PICTURE
        return web.Response(body=body, content_type="image/png")

    app.router.add_get("/{any}", pixel)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    home = f"http://127.0.0.1:{runner.addresses[0][1]}"
    inline = await stored(hub_server.hub, PICTURE)
    body = f"<p>Hi<script>1</script><img src='cid:logo'><img src='{home}/pixel'><img src='{home}/page'></p>"
    part = Html(body=body, text="Hi", quoted=f"<i>old<img src='{home}/old'></i>", cid={"logo": inline})
    try:
        async with provider() as one:
            id = await letter(hub_server, admin, one.url, part)
        shown = (await agent.get(f"/conversations/{id}/messages/1/html")).json
        assert shown["blocked"] == 3
        assert "script" not in shown["html"]
        assert home not in shown["html"] + shown["quoted"]
        assert asked == []
        asked_for = (await agent.get(f"/conversations/{id}/messages/1/html?images=1")).json
        assert asked_for["blocked"] == 0
        paths = [piece.partition('"')[0] for piece in asked_for["html"].split('src="')[1:]]
        assert [path.split("/")[1] for path in paths] == ["files", "remote", "remote"]
        answers = [await fetch(hub_server, path) for path in paths]
        assert [(status, data == PICTURE) for status, _, data in answers] == [(200, True), (200, True), (422, False)]
        assert asked == [("/pixel", None, None), ("/page", None, None)]
        remote = f"/conversations/{id}/messages/1/remote?url="
        assert (await agent.get(f"{remote}{home}/old")).status == 200
        assert (await agent.get(f"{remote}{home}/other")).status == 404
        assert (await agent.get(f"{remote}file:///etc/passwd")).status == 422
    finally:
        await runner.cleanup()


async def test_words_alone_have_no_html(hub_server: Running) -> None:
    admin = await hub_server.log_in("admin")
    async with provider() as one:
        box = await inbox(hub_server.hub, admin, one.url)
        await hear(admin, box, {"id": "m1", "user": "bird", "text": "hello"})

        async def there() -> bool:
            return bool((await admin.get("/conversations?view=all")).json["items"])

        await until(there)
        id = (await admin.get("/conversations?view=all")).json["items"][0]["id"]
        assert (await admin.get(f"/conversations/{id}/messages/1/html")).status == 404
        assert (await admin.get(f"/conversations/{id}/reach")).json["items"] == []
