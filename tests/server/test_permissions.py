"""Every route for every role: generated from the route table, so that a new route is in it from its first day."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from accounts.permissions import GRANTS, Permission, Role
from server.api.contract import Call, Gate, Route, Routes
from server.api.routes import ROUTES
from tests.waiting import until

if TYPE_CHECKING:
    from tests.server.running import Client, Heard, Running

WHO = {
    Role.ADMINISTRATOR: "admin", Role.LEAD: "lead", Role.QUALITY: "quality", Role.AGENT: "agent",
    Role.DESIGNER: "designer", Role.MARKETER: "marketer",
}  # fmt: skip
LAST = "DELETE /session"


def path_of(route: Route) -> str:
    """Fill the braces with things that do not exist."""
    return re.sub(
        r"{seq[^}]*}", "1", re.sub(r"{hash[^}]*}", "0" * 64, re.sub(r"{(?!seq|hash)[^}]*}", "nothing", route.path))
    )


def ordered() -> list[Route]:
    """The log-out comes last."""
    return sorted(ROUTES, key=lambda route: f"{route.method} {route.path}" == LAST)


async def called(client: Client, route: Route) -> Heard:
    """Call a route; there are more of them than one person may call in a second."""
    answer = await client.call(route.method, path_of(route))
    if answer.status != 429:
        return answer

    async def heard() -> bool:
        nonlocal answer
        answer = await client.call(route.method, path_of(route))
        return answer.status != 429

    await until(heard)
    return answer


def allowed(role: Role, route: Route) -> bool:
    return route.permission in set(Gate) or Permission(route.permission) in GRANTS[role]


def test_there_is_a_route_for_every_permission_but_those_of_no_http() -> None:
    used = {route.permission for route in ROUTES}
    beside_http = {
        Permission.CONVERSATIONS_ALL,
        Permission.CONVERSATIONS_TAKEOVER,
    }
    assert {str(permission) for permission in set(Permission) - beside_http} <= used


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_gets_what_its_permissions_say(hub_server: Running, role: Role) -> None:
    client = await hub_server.log_in(WHO[role])
    wrong = []
    for route in ordered():
        answer = await called(client, route)
        refused = answer.status in (401, 403)
        if refused == allowed(role, route) or answer.status >= 500:
            wrong.append((route.method, route.path, answer.status, answer.body))
        if refused:
            assert answer.json["code"] in ("forbidden", "unauthenticated")
            assert answer.headers["Content-Type"] == "application/problem+json"
    assert wrong == []


async def test_a_stranger_gets_nothing_but_what_is_public(hub_server: Running) -> None:
    client = await hub_server.stranger()
    statuses = {(route.method, route.path): await _status(client, route) for route in ROUTES}
    public = {(route.method, route.path) for route in ROUTES if route.permission == Gate.PUBLIC}
    assert {key for key, status in statuses.items() if status != 401} == public
    assert public == {("POST", "/session"), ("POST", "/setup")}


async def _status(client: Client, route: Route) -> int:
    return (await called(client, route)).status


@pytest.mark.parametrize("permission", ["", "conversations.raed"])
def test_a_route_without_a_permission_cannot_be_declared(permission: str) -> None:
    routes = Routes("test")

    async def handler(call: Call) -> None:
        """Do nothing."""

    with pytest.raises(TypeError, match="permission"):
        routes.get("/nothing", permission=permission)(handler)
    with pytest.raises(TypeError):
        routes.get("/nothing")(handler)  # type: ignore[call-arg]  # that is the test
