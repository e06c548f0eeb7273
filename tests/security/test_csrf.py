"""Another site's page, in the browser of somebody who is logged in, changes nothing."""

from __future__ import annotations

import json
import re
import sqlite3
from typing import TYPE_CHECKING

import aiohttp
import pytest

from accounts.permissions import Role
from server.api.contract import Gate, Route
from server.api.routes import ROUTES
from server.mount import PREFIX
from server.origin import SAFE
from tests.security.site import PASSWORD, Browser, Site

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = pytest.mark.asyncio(loop_scope="module")
WRITES = [route for route in ROUTES if route.method not in SAFE and route.permission != Gate.PUBLIC]
FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://127.0.0.1"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "http://127.0.0.1.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


def _name(route: Route) -> str:
    return f"{route.method} {route.path}"


def _path(route: Route) -> str:
    return PREFIX + re.sub(r"{seq}", "1", re.sub(r"{(?!seq)\w+}", "nothing", route.path))


def rows(site: Site, leave_out: Iterable[str] = ("sessions", "attempts", "tokens")) -> dict[str, list[str]]:
    """Everything that is stored, but what a look alone may touch."""
    found: dict[str, list[str]] = {}
    with sqlite3.connect(site.hub.settings.folder / "yizhan.db") as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            if table not in leave_out and not table.startswith("sqlite_"):
                found[table] = sorted(repr(row) for row in connection.execute(f'SELECT * FROM "{table}"'))  # noqa: S608
    connection.close()
    return found


@pytest.mark.parametrize("route", WRITES, ids=_name)
async def test_a_write_without_the_right_csrf_value_is_refused(
    browsers: dict[Role, Browser], boss: Browser, route: Route
) -> None:
    for wrong in ("", "x", boss.csrf[:-1], boss.csrf.upper(), browsers[Role.LEAD].csrf):
        answer = await boss.call(route.method, _path(route), {}, headers={"X-CSRF-Token": wrong})
        assert answer.status == 403, (wrong, answer.text)
        assert "CSRF" in answer.json["detail"]
    bare = await boss.bare(route.method, _path(route), {})
    assert bare.status == 403


@pytest.mark.parametrize("headers", FOREIGN, ids=lambda one: "-".join(one.values()) or "empty")
async def test_a_page_of_another_origin_is_refused_with_the_right_csrf_value_too(
    site: Site, boss: Browser, headers: dict[str, str]
) -> None:
    before = rows(site)
    for route in WRITES:
        site.calm()
        answer = await boss.bare(route.method, _path(route), {}, headers={"X-CSRF-Token": boss.csrf, **headers})
        assert answer.status == 403, (route.path, answer.text)
    assert rows(site) == before


@pytest.mark.parametrize("headers", FOREIGN, ids=lambda one: "-".join(one.values()) or "empty")
async def test_nobody_is_logged_in_from_another_origin(site: Site, headers: dict[str, str]) -> None:
    """Log-in CSRF: the attacker's account in the victim's browser."""
    browser = await site.browser()
    body = {"email": "agent@example.com", "password": PASSWORD}
    answer = await browser.bare("POST", f"{PREFIX}/session", body, headers=headers)
    assert (answer.status, browser.cookies) == (403, {})


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml"]
)
async def test_what_a_form_can_send_is_not_read(boss: Browser, kind: str) -> None:
    body = json.dumps({"name": "Formed", "email": "f@example.com", "role": "agent", "password": PASSWORD}).encode()
    answer = await boss.call("POST", f"{PREFIX}/users", headers={"Content-Type": kind}, data=body)
    assert answer.status in (400, 415), answer.text
    assert "Formed" not in (await boss.call("GET", f"{PREFIX}/users")).text


async def test_a_method_in_disguise_changes_nothing(site: Site, boss: Browser) -> None:
    before = rows(site)
    for headers in ({"X-HTTP-Method-Override": "DELETE"}, {"X-Method-Override": "DELETE"}):
        await boss.bare("GET", f"{PREFIX}/session", headers=headers)
        await boss.bare("GET", f"{PREFIX}/session?_method=DELETE", headers=headers)
    assert (await boss.call("GET", f"{PREFIX}/session")).status == 200
    assert rows(site) == before


async def test_a_program_with_a_token_needs_no_csrf_value(site: Site, boss: Browser) -> None:
    made = await boss.call("POST", f"{PREFIX}/tokens", {"name": "program"})
    program = await site.browser()
    sent = {"Authorization": f"Bearer {made.json['secret']}"}
    me = (await program.bare("GET", f"{PREFIX}/session", headers=sent)).json
    assert (me["user"]["email"], me["csrf"]) == ("administrator@example.com", "")
    answer = await program.bare("POST", f"{PREFIX}/labels", {"name": "by-program"}, headers=sent)
    assert answer.status == 201
    from_a_page = {**sent, "Origin": "https://evil.example"}
    assert (await program.bare("POST", f"{PREFIX}/labels", {"name": "x"}, headers=from_a_page)).status == 403


async def test_no_answer_lets_another_origin_read(boss: Browser) -> None:
    for method in ("GET", "OPTIONS", "POST"):
        answer = await boss.bare(
            method,
            f"{PREFIX}/session",
            headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"},
        )
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://127.0.0.1:1"])
async def test_another_origin_opens_no_socket(boss: Browser, origin: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await boss.client.ws_connect(f"{boss.site.url}{PREFIX}/live", headers={"Origin": origin})
    assert refused.value.status == 403


async def test_nobody_opens_no_socket(site: Site) -> None:
    nobody = await site.browser()
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await nobody.client.ws_connect(f"{site.url}{PREFIX}/live", headers={"Origin": site.url})
    assert refused.value.status == 401
