"""What belongs to others: every route that takes an id, and every id inside a body, with somebody else's."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
import pytest_asyncio

from accounts.actor import CONSOLE, Act
from accounts.permissions import GRANTS, Permission, Role
from accounts.teams import NewTeam
from conversations.model import Conversation
from server.api.contract import Route
from server.api.routes import ROUTES
from server.mount import PREFIX
from tests.security.seed import a_conversation, an_inbox
from tests.security.site import Browser, Site
from tests.security.test_csrf import rows

pytestmark = pytest.mark.asyncio(loop_scope="module")
GIVEN: dict[str, Any] = {
    "priority": "urgent", "until": "2099-01-01T00:00:00Z", "client_id": "c1", "text": "x", "seq": 1,
    "parts": [{"type": "text", "body": "x"}], "seen_seq": 1, "base_seq": 1,
    "waits_for": "supplier",
}  # fmt: skip
"""A good value for the fields that bodies have."""
ASKED = {"/conversations/{id}/messages/{seq}/remote": "?url=https://example.com/a.png"}
"""A good query for the routes that need one."""
PER_CONVERSATION = [route for route in ROUTES if route.path.startswith("/conversations/{id}")]


class Foreign(NamedTuple):
    """A conversation of another team in the hands of another agent, and one who has nothing to do with it."""

    theirs: Conversation
    mine: Conversation
    me: Browser
    reviewer: Browser


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def foreign(site: Site, browsers: dict[Role, Browser]) -> Foreign:
    """Two teams, an agent in each."""
    at, hub = site.hub.clock.now(), site.hub
    act = Act(actor=CONSOLE, at=at)
    other = await site.hire("Other", Role.AGENT)
    me = await hub.accounts.staff.by_email("agent@example.com")
    assert me is not None
    ours = await hub.accounts.teams.create(act, NewTeam(name="Ours", members=(me.id,)))
    team = await hub.accounts.teams.create(act, NewTeam(name="Theirs", members=(other.id,)))
    inbox = await an_inbox(hub.store, at)
    return Foreign(
        await a_conversation(hub.store, inbox, at, team=team.id, agent=other.id, text="their secret canary"),
        await a_conversation(hub.store, inbox, at, team=ours.id, agent=me.id, text="my own"),
        browsers[Role.AGENT],
        browsers[Role.QUALITY],
    )


def _body(route: Route) -> dict[str, Any] | None:
    if route.body is None:
        return None
    return {name: GIVEN[name] for name in route.body.__struct_fields__ if name in GIVEN}


@pytest.mark.parametrize("route", PER_CONVERSATION, ids=lambda route: f"{route.method} {route.path}")
async def test_a_conversation_of_others_does_not_exist(foreign: Foreign, site: Site, route: Route) -> None:
    path = PREFIX + route.path.replace("{id}", foreign.theirs.id).replace("{seq}", "1") + ASKED.get(route.path, "")
    body = _body(route)
    before = rows(site)
    answer = await (
        foreign.me.call(route.method, path, body) if body is not None else foreign.me.call(route.method, path)
    )
    may = Permission(route.permission) in GRANTS[Role.AGENT]
    assert answer.status == (404 if may else 403), answer.text
    assert "canary" not in answer.text
    assert rows(site) == before


async def test_the_same_calls_reach_ones_own(foreign: Foreign) -> None:
    """Else the test above would pass for any path that is wrong."""
    for route in PER_CONVERSATION:
        if route.method == "GET" and "{seq}" not in route.path:
            path = PREFIX + route.path.replace("{id}", foreign.mine.id)
            assert (await foreign.me.call("GET", path)).status == 200, path


async def test_lists_searches_and_counts_leave_it_out(foreign: Foreign) -> None:
    views = [view["id"] for view in (await foreign.me.call("GET", f"{PREFIX}/views")).json["views"]]
    assert views
    for view in [*views, "all", f"team:{foreign.theirs.team}", "bot", "unassigned", "nonsense"]:
        answer = await foreign.me.call("GET", f"{PREFIX}/conversations?view={view}")
        assert answer.status < 500
        assert foreign.theirs.id not in answer.text, view
    for query in ("canary", "their", "secret"):
        assert foreign.theirs.id not in (await foreign.me.call("GET", f"{PREFIX}/search?q={query}")).text
    answer = await foreign.me.call("GET", f"{PREFIX}/profiles/{foreign.theirs.profile}/conversations")
    assert foreign.theirs.id not in answer.text


async def test_who_sees_all_sees_it_and_cannot_write(foreign: Foreign) -> None:
    path = f"{PREFIX}/conversations/{foreign.theirs.id}"
    assert (await foreign.reviewer.call("GET", path)).status == 200
    assert "canary" in (await foreign.reviewer.call("GET", f"{path}/messages")).text
    body = {"client_id": "c2", "parts": [{"type": "text", "body": "x"}], "seen_seq": 1}
    assert (await foreign.reviewer.call("POST", f"{path}/messages", body)).status == 403


async def test_ids_inside_a_body_are_looked_at_too(foreign: Foreign, boss: Browser, site: Site) -> None:
    """The class of FreeScout CVE-2026-40591 and Zammad CVE-2026-34722: the second id of a request."""
    before = rows(site)
    attempts = [
        (boss, "POST", "/users", {"name": "X", "email": "x@example.com", "role": "agent",
                                  "password": "correct horse battery", "teams": ["nowhere"]}),
        (boss, "POST", "/teams", {"name": "X", "members": ["nobody"]}),
        (boss, "POST", "/canned", {"shortcut": "x", "title": "x", "body": "x", "team": "nowhere"}),
        (boss, "POST", "/inboxes", {"name": "X", "channel": "webchat", "team": "nowhere"}),
        (boss, "POST", "/inboxes", {"name": "X", "channel": "nochannel"}),
    ]  # fmt: skip
    for browser, method, path, body in attempts:
        answer = await browser.call(method, PREFIX + path, body)
        assert answer.status in (404, 422), (path, answer.text)
    assert rows(site) == before


async def test_sessions_and_tokens_of_others_do_not_exist(browsers: dict[Role, Browser], boss: Browser) -> None:
    agent = browsers[Role.AGENT]
    (session,) = [one for one in (await agent.call("GET", f"{PREFIX}/sessions")).json["items"] if one["current"]]
    token = (await agent.call("POST", f"{PREFIX}/tokens", {"name": "t"})).json["id"]
    for other in (boss, browsers[Role.LEAD]):
        assert (await other.call("DELETE", f"{PREFIX}/sessions/{session['id']}")).status == 404
        assert (await other.call("DELETE", f"{PREFIX}/tokens/{token}")).status == 404
        assert session["id"] not in (await other.call("GET", f"{PREFIX}/sessions")).text
        assert token not in (await other.call("GET", f"{PREFIX}/tokens")).text
    assert (await agent.call("GET", f"{PREFIX}/session")).status == 200
