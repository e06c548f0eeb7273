"""A request that lies about its host poisons no link, no redirect and no cookie."""

from __future__ import annotations

import pytest

from accounts.permissions import Role
from server.api.routes import ROUTES
from server.mount import PREFIX
from tests.security.site import Browser, Site

pytestmark = pytest.mark.asyncio(loop_scope="module")
EVIL = "evil.example"
LIES = [
    {"Host": EVIL},
    {"Host": f"{EVIL}:8000"},
    {"X-Forwarded-Host": EVIL},
    {"X-Forwarded-Server": EVIL},
    {"X-Host": EVIL},
    {"X-Original-URL": f"http://{EVIL}/"},
    {"X-Rewrite-URL": f"http://{EVIL}/"},
    {"Forwarded": f"for=1.2.3.4;host={EVIL};proto=https"},
]
PAGES = [
    "/",
    "/setup",
    "/login",
    "/healthz",
    "/readyz",
    "/version",
    "/widget.js",
    "/demo",
    "/nowhere",
    "/chat/x/config",
]
LOOKS = [PREFIX + route.path for route in ROUTES if route.method == "GET" and "{" not in route.path]


@pytest.mark.parametrize("lie", LIES, ids=lambda one: "-".join(one))
async def test_no_answer_repeats_the_lie(boss: Browser, site: Site, lie: dict[str, str]) -> None:
    for path in [*PAGES, *LOOKS, f"{PREFIX}/openapi.json"]:
        site.calm()
        answer = await boss.bare("GET", path, headers=lie)
        assert EVIL not in answer.text, path


async def test_a_forwarded_address_is_believed_from_nobody(site: Site) -> None:
    """Else one guesser would be a new address with every guess, and could lock others out."""
    browser = await site.browser()
    statuses = []
    for number in range(8):
        headers = {"X-Forwarded-For": f"203.0.113.{number}", "X-Real-IP": f"203.0.113.{number}", "Origin": site.url}
        body = {"email": "victim@example.com", "password": "wrong password!"}
        statuses.append((await browser.bare("POST", f"{PREFIX}/session", body, headers=headers)).status)
    assert statuses == [401] * 5 + [429] * 3


async def test_the_audit_record_holds_the_real_address(site: Site, boss: Browser) -> None:
    user = await site.hire("Traced", Role.AGENT)
    headers = {"X-Forwarded-For": "203.0.113.9"}
    assert (await boss.call("PATCH", f"{PREFIX}/users/{user.id}", {"capacity": 9}, headers=headers)).status == 200
    newest = (await boss.call("GET", f"{PREFIX}/audit?limit=1")).json["items"][0]
    assert (newest["target"], newest["ip"]) == (user.id, "127.0.0.1")
