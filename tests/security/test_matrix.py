"""Every route times every role, from the declared routes and the table of roles: nobody forgets a check."""

from __future__ import annotations

import re

import pytest

from accounts.permissions import GRANTS, Permission, Role
from server.api.contract import Gate, Route
from server.api.routes import ROUTES
from server.mount import PREFIX
from tests.security.site import Answer, Browser, Site

pytestmark = pytest.mark.asyncio(loop_scope="module")
PUBLIC = {("POST", "/session"), ("POST", "/setup")}
OUTSIDE_THE_TABLE = {("GET", f"{PREFIX}/live"), ("GET", f"{PREFIX}/openapi.json")}
"""They ask who is there in their own way; `test_sockets` and the test below look at them."""
GUARDED = [one for one in ROUTES if one.permission != Gate.PUBLIC and (one.method, one.path) != ("DELETE", "/session")]
"""Without the log-out, which would end the browser that asks; `test_cookies` does it."""


def _name(route: Route) -> str:
    return f"{route.method} {route.path}"


async def _ask(browser: Browser, route: Route, **more: str) -> Answer:
    """Call it with ids of nothing and an empty body."""
    path = PREFIX + re.sub(r"{seq}", "1", re.sub(r"{(?!seq)\w+}", "nothing", route.path))
    if route.body is None:
        return await browser.call(route.method, path, headers=more)
    return await browser.call(route.method, path, {}, headers=more)


async def test_every_route_says_what_it_needs() -> None:
    known = {permission.value for permission in Permission} | {gate.value for gate in Gate}
    assert {route.permission for route in ROUTES} <= known
    assert {(route.method, route.path) for route in ROUTES if route.permission == Gate.PUBLIC} == PUBLIC


async def test_no_route_of_the_api_stands_outside_the_table(site: Site) -> None:
    served = set()
    for resource in site.server.app.router.resources():
        for route in resource:
            if resource.canonical.startswith(PREFIX) and route.method not in ("HEAD", "OPTIONS"):
                served.add((route.method, resource.canonical))
    assert served - {(route.method, PREFIX + route.path) for route in ROUTES} == OUTSIDE_THE_TABLE


@pytest.mark.parametrize("route", ROUTES, ids=_name)
async def test_nobody_gets_in(site: Site, route: Route) -> None:
    nobody = await site.browser()
    answer = await _ask(nobody, route)
    if route.permission == Gate.PUBLIC:
        assert answer.status in (401, 403, 422)
    else:
        assert (answer.status, answer.json["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("secret", ["x", "yz_", "yz_" + "a" * 43, "null", "é"])
async def test_a_forged_token_is_nobody_even_beside_a_good_cookie(boss: Browser, secret: str) -> None:
    answer = await boss.call("GET", f"{PREFIX}/users", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status == 401


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("route", GUARDED, ids=_name)
async def test_a_role_gets_what_the_table_says(browsers: dict[Role, Browser], role: Role, route: Route) -> None:
    answer = await _ask(browsers[role], route)
    if route.permission == Gate.LOGGED_IN or Permission(route.permission) in GRANTS[role]:
        assert answer.status not in (401, 403), answer.text
        assert answer.status < 500, answer.text
    else:
        assert answer.status == 403, answer.text
        assert answer.json["facts"]["permission"] == route.permission


@pytest.mark.parametrize("route", [one for one in ROUTES if one.permission not in set(Gate)], ids=_name)
async def test_a_token_gets_no_more_than_it_was_cut_to(site: Site, boss: Browser, route: Route) -> None:
    """An administrator's token for everything but this route's permission, and one for nothing but it."""
    needed = Permission(route.permission)
    others = [permission for permission in Permission if permission is not needed]
    for permissions, allowed in ((others, False), ([needed], True)):
        made = await boss.call("POST", f"{PREFIX}/tokens", {"name": "cut", "permissions": permissions})
        assert made.status == 201, made.text
        program = await site.browser()
        answer = await _ask(program, route, Authorization=f"Bearer {made.json['secret']}")
        assert (answer.status not in (401, 403)) == allowed, answer.text
        assert (await boss.call("DELETE", f"{PREFIX}/tokens/{made.json['id']}")).status == 204
