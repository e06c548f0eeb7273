"""The session cookie, attribute by attribute, and the ends of a session."""

from __future__ import annotations

from http.cookies import SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest

from accounts.permissions import Role
from server.mount import PREFIX
from tests.security.site import PASSWORD, Answer, Browser, Site, running

if TYPE_CHECKING:
    from http.cookies import Morsel

pytestmark = pytest.mark.asyncio(loop_scope="module")
SESSION = f"{PREFIX}/session"


def cookie_of(answer: Answer) -> Morsel[str]:
    """The one cookie an answer sets."""
    lines = answer.headers.getall("Set-Cookie")
    assert len(lines) == 1
    jar: SimpleCookie = SimpleCookie(lines[0])
    (cookie,) = jar.values()
    return cookie


async def test_over_plain_http(site: Site) -> None:
    browser = await site.browser()
    cookie = cookie_of(await browser.log_in("agent@example.com"))
    assert cookie.key == "yizhan_session"
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert (cookie["domain"], cookie["secure"]) == ("", "")
    assert cookie["max-age"] == str(7 * 24 * 3600)
    assert len(cookie.value) == 43


async def test_behind_tls(tmp_path: Path) -> None:
    async with running(tmp_path, public_url="https://hub.example.com") as site:
        await site.hire("Ann", Role.AGENT)
        browser = await site.browser()
        sent = {"Origin": "https://hub.example.com", "Content-Type": "application/json"}
        answer = await browser.bare("POST", SESSION, {"email": "ann@example.com", "password": PASSWORD}, headers=sent)
        cookie = cookie_of(answer)
        assert cookie.key == "__Host-yizhan_session"
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
        assert (cookie["domain"], cookie["secure"]) == ("", True)
        assert "max-age" in answer.headers["Strict-Transport-Security"]
        right = {"Cookie": f"__Host-yizhan_session={cookie.value}"}
        planted = {"Cookie": f"yizhan_session={cookie.value}"}
        assert (await browser.bare("GET", SESSION, headers=right)).status == 200
        assert (await browser.bare("GET", SESSION, headers=planted)).status == 401


async def test_the_token_is_in_the_cookie_and_nowhere_else(site: Site) -> None:
    browser = await site.browser()
    answer = await browser.log_in("agent@example.com")
    token = cookie_of(answer).value
    assert token.encode() not in answer.body
    for path in (SESSION, f"{PREFIX}/sessions", f"{PREFIX}/users"):
        assert token not in (await browser.call("GET", path)).text
    assert (await (await site.browser()).bare("GET", f"{SESSION}?yizhan_session={token}")).status == 401
    assert (
        await (await site.browser()).bare("GET", SESSION, headers={"Authorization": f"Bearer {token}"})
    ).status == 401


async def test_a_log_in_gives_a_new_token_and_takes_the_old_one_away(site: Site) -> None:
    browser = await site.browser()
    first = cookie_of(await browser.log_in("agent@example.com")).value
    second = cookie_of(await browser.log_in("lead@example.com")).value
    assert first != second
    other = await site.browser()
    assert (await other.bare("GET", SESSION, headers={"Cookie": f"yizhan_session={first}"})).status == 401


async def test_a_planted_token_is_never_taken_on(site: Site) -> None:
    """Session fixation: the attacker's value in the victim's browser."""
    browser = await site.browser()
    sent = {"Cookie": f"yizhan_session={'A' * 43}", "Origin": site.url}
    answer = await browser.bare("POST", SESSION, {"email": "agent@example.com", "password": PASSWORD}, headers=sent)
    assert cookie_of(answer).value != "A" * 43
    assert (await (await site.browser()).bare("GET", SESSION, headers=sent)).status == 401


async def test_a_log_out_ends_it_on_both_sides(site: Site) -> None:
    browser = await site.browser()
    token = cookie_of(await browser.log_in("agent@example.com")).value
    answer = await browser.call("DELETE", SESSION)
    assert answer.status == 204
    gone = cookie_of(answer)
    assert (gone.value, gone["max-age"], gone["path"], gone["httponly"]) == ("", "0", "/", True)
    sent = {"Cookie": f"yizhan_session={token}"}
    assert (await (await site.browser()).bare("GET", SESSION, headers=sent)).status == 401


async def test_a_password_change_moves_this_browser_and_ends_the_others(site: Site) -> None:
    await site.hire("Mover", Role.AGENT)
    here, there = await site.browser("mover@example.com"), await site.browser("mover@example.com")
    old = here.csrf
    answer = await here.call("PUT", f"{PREFIX}/me/password", {"old": PASSWORD, "new": "another one entirely"})
    assert answer.status == 200
    here.csrf = answer.json["csrf"]
    assert here.csrf != old
    assert (await there.call("GET", SESSION)).status == 401
    assert (await here.call("GET", SESSION)).json["csrf"] == here.csrf
    assert (await here.call("PUT", f"{PREFIX}/me/preferences", {"theme": "dark"})).status == 200


async def test_answers_of_the_api_are_kept_by_no_cache(boss: Browser) -> None:
    for path in (SESSION, f"{PREFIX}/users", f"{PREFIX}/nothing"):
        assert (await boss.call("GET", path)).headers["Cache-Control"] == "no-store"


async def test_a_revoked_session_loses_its_socket(site: Site, boss: Browser) -> None:
    """`session_over`, then close code 4401, however it was revoked."""
    await site.hire("Cut", Role.AGENT)
    user = (await site.hub.accounts.staff.by_email("cut@example.com")) or pytest.fail("nobody was hired")
    for patch in ({"revoke_sessions": True}, {"active": False}):
        browser = await site.browser("cut@example.com")
        async with browser.client.ws_connect(f"{site.url}{PREFIX}/live", headers={"Origin": site.url}) as socket:
            assert (await socket.receive_json(timeout=5))["type"] == "hello"
            answer = await boss.call("PATCH", f"{PREFIX}/users/{user.id}", patch)
            assert answer.status == 200
            heard = []
            while (message := await socket.receive(timeout=5)).type is aiohttp.WSMsgType.TEXT:
                heard.append(message.json()["type"])
            assert "session_over" in heard
            assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 4401)
