"""Pages of other sites: no write, no socket, whatever cookie the browser brings along."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp.test_utils import make_mocked_request

from server.origin import Proxies, same_origin

if TYPE_CHECKING:
    from tests.server.running import Running

LABEL = {"name": "VIP", "colour": "#112233"}
EVIL = "https://evil.example"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"Origin": EVIL}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"X-CSRF-Token": ""}, 403),
        ({"X-CSRF-Token": "0" * 64}, 403),
        ({"X-CSRF-Token": "ü"}, 403),
    ],
)
async def test_a_write_comes_from_our_own_page(hub_server: Running, headers: dict[str, str], status: int) -> None:
    admin = await hub_server.log_in("admin")
    answer = await admin.post("/labels", LABEL, headers=headers)
    assert answer.status == status, answer.body
    assert len((await admin.get("/labels")).json["items"]) == 4 + (status == 201)


@pytest.mark.parametrize(("site", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 201)])
async def test_a_browser_that_names_the_site_only(hub_server: Running, site: str, status: int) -> None:
    admin = await hub_server.log_in("admin")
    headers = {"X-CSRF-Token": admin.csrf, "Sec-Fetch-Site": site}
    async with admin.http.post(admin.address("/labels"), json=LABEL, headers=headers) as answer:
        assert answer.status == status


async def test_nobody_is_logged_in_by_another_site(hub_server: Running) -> None:
    stranger = await hub_server.stranger()
    said = {"email": "agent@demo.example", "password": "station-under-the-stars"}
    assert (await stranger.post("/session", said, headers={"Origin": EVIL})).status == 403
    assert (await stranger.post("/session", said)).status == 200


@pytest.mark.parametrize("origin", [EVIL, "null", "http://127.0.0.1:1"])
async def test_a_socket_opens_from_our_own_page(hub_server: Running, origin: str) -> None:
    agent = await hub_server.log_in("agent")
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with agent.live(Origin=origin):
            pass
    assert refused.value.status == 403


async def test_a_socket_needs_somebody_logged_in(hub_server: Running) -> None:
    stranger = await hub_server.stranger()
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with stranger.live():
            pass
    assert refused.value.status == 401


async def test_a_token_needs_no_csrf_and_does_what_it_was_given(hub_server: Running) -> None:
    admin = await hub_server.log_in("admin")
    made = await admin.post("/tokens", {"name": "ci", "permissions": ["labels.read"]})
    assert made.status == 201, made.body
    program = await hub_server.stranger()
    bearer = {"Authorization": f"Bearer {made.json['secret']}"}
    assert (await program.get("/labels", headers=bearer)).status == 200
    assert (await program.post("/labels", LABEL, headers=bearer)).status == 403
    wrong = {"Authorization": bearer["Authorization"] + "x"}
    assert (await program.get("/labels", headers=wrong)).status == 401


@pytest.mark.parametrize(
    ("origin", "host", "ours"),
    [
        ("https://hub.example", "internal:8000", True),
        ("http://internal:8000", "internal:8000", True),
        ("https://hub.example.evil.com", "internal:8000", False),
        ("https://hub.example:444", "internal:8000", False),
        ("https://user@hub.example", "internal:8000", False),
        ("null", "null", False),
    ],
)
def test_what_is_ours(origin: str, host: str, ours: bool) -> None:
    request = make_mocked_request("POST", "/", headers={"Origin": origin, "Host": host})
    assert same_origin(request, "https://hub.example") is ours


@pytest.mark.parametrize(
    ("trusted", "forwarded", "client"),
    [
        ((), "9.9.9.9", "127.0.0.1"),
        (("127.0.0.0/8",), "9.9.9.9", "9.9.9.9"),
        (("127.0.0.0/8",), "6.6.6.6, 9.9.9.9", "9.9.9.9"),
        (("127.0.0.0/8", "10.0.0.0/8"), "6.6.6.6, 9.9.9.9, 10.1.1.1", "9.9.9.9"),
        (("127.0.0.0/8",), "", "127.0.0.1"),
        (("127.0.0.0/8",), "nonsense", "nonsense"),
    ],
)
def test_only_trusted_proxies_say_who_calls(trusted: tuple[str, ...], forwarded: str, client: str) -> None:
    class Near:
        remote = "127.0.0.1"
        headers = {"X-Forwarded-For": forwarded}  # read only

    assert Proxies(trusted).client(Near()) == client  # type: ignore[arg-type]  # as much of a request as is asked
