"""From which pages the chat may be opened: the inbox's own list, for HTTP and for sockets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from adapters.webchat.protocol import VERSION
from adapters.webchat.sites import Site
from conversations.inboxes import INBOXES
from hub.store.port import put
from tests.chat.house import INBOX, KEY, House, house

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

SHOP = "https://shop.example"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[House]:
    """A hub whose inbox allows one site and everything below another."""
    async with house(tmp_path, origins=f"{SHOP}\nhttps://*.city.example") as running:
        yield running


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [(SHOP, True), ("https://pay.city.example", True), ("https://a.b.city.example", True),
     ("https://city.example", False), ("http://pay.city.example", False), ("https://evilcity.example", False),
     ("https://shop.example.evil.example", False), ("https://shop.example:8443", False), ("http://shop.example", False),
     ("null", False), ("", False), ("https://evil.example/https://shop.example", False)],
)  # fmt: skip
async def test_only_pages_of_the_list_get_an_answer_and_a_socket(shop: House, origin: str, allowed: bool) -> None:
    token = (await shop.session())["token"]
    async with shop.http.get(f"{shop.url}/chat/{KEY}/config", headers={"Origin": origin}) as answer:
        assert answer.status == (200 if allowed else 403)
        assert answer.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
    async with shop.http.ws_connect(
        f"{shop.url}/chat/{KEY}/socket", protocols=(VERSION, f"token.{token}"), headers={"Origin": origin}
    ) as ws:
        await ws.send_str('{"type":"hello","seq":0}')
        got = await ws.receive(timeout=5)
        assert (got.data if allowed else ws.close_code) != (4403 if allowed else None)
        assert ws.close_code == (None if allowed else 4403)


async def test_a_socket_without_an_origin_is_no_browser_of_ours(shop: House) -> None:
    token = (await shop.session())["token"]
    async with shop.http.ws_connect(f"{shop.url}/chat/{KEY}/socket", protocols=(VERSION, f"token.{token}")) as ws:
        await ws.receive(timeout=5)
        assert ws.close_code == 4403


async def test_a_page_of_another_site_that_hides_its_origin_is_refused(shop: House) -> None:
    for headers, status in (
        ({}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
    ):
        async with shop.http.get(f"{shop.url}/chat/{KEY}/config", headers=headers) as answer:
            assert answer.status == status


async def test_a_browser_may_ask_before_it_calls(shop: House) -> None:
    asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    for origin, status in ((SHOP, 204), ("https://evil.example", 403)):
        async with shop.http.options(f"{shop.url}/chat/{KEY}/frames", headers={"Origin": origin, **asking}) as answer:
            assert answer.status == status
            assert ("Authorization" in answer.headers.get("Access-Control-Allow-Headers", "")) is (status == 204)


async def test_no_answer_lets_a_page_use_the_hubs_own_cookies(shop: House) -> None:
    async with shop.http.get(f"{shop.url}/chat/{KEY}/config", headers={"Origin": SHOP}) as answer:
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert answer.headers["Vary"] == "Origin"


async def test_a_site_key_nobody_has_is_not_there(shop: House) -> None:
    for key in ("nobody-has-this", "..%2f", "x" * 500):
        async with shop.http.get(f"{shop.url}/chat/{key}/config") as answer:
            assert answer.status == 404


def test_a_star_stands_for_at_least_one_name() -> None:
    site = Site(inbox="i", origins=("https://*.city.example",))
    assert not site.allows("https://.city.example.evil")
    assert site.allows("https://x.city.example")


async def test_a_window_its_inbox_would_not_let_in_any_more_is_closed(shop: House) -> None:
    token = (await shop.session())["token"]
    page = {"Origin": SHOP}
    path = f"{shop.url}/chat/{KEY}/socket"
    async with shop.http.ws_connect(path, protocols=(VERSION, f"token.{token}"), headers=page) as theirs:
        await theirs.send_str('{"type":"hello","seq":0}')
        await theirs.receive(timeout=5)
        ours = await shop.window(token)
        await ours.next()
        inbox = await shop.store.get(INBOXES, INBOX)
        assert inbox is not None
        await shop.store.commit(put(INBOXES, inbox, structs.replace(inbox, settings={"origins": "https://a.example"})))
        await shop.chat.channels.reload(INBOX)
        await theirs.receive(timeout=5)
        assert theirs.close_code == 4403
        await ours.send(type="ping")
        assert await ours.next() == {"type": "pong"}


async def test_while_the_hub_goes_down_nobody_comes_in(shop: House) -> None:
    opened = await shop.session()
    open_ = await shop.window(opened["token"])
    await open_.next()
    shop.chat.draining.set()
    assert await open_.next() == {"type": "closed", "code": 1012}
    late = await shop.window(opened["token"], hello=False)
    assert await late.next() == {"type": "closed", "code": 1012}
    headers = {"Authorization": f"Bearer {opened['token']}"}
    async with shop.http.get(f"{shop.url}/chat/{KEY}/poll", headers=headers) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
