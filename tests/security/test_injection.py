"""Operators, paths and broken text where plain text is expected: a 4xx, or taken as the text it is; never a 500."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from msgspec import structs

from server.api.contract import Route
from server.api.routes import ROUTES
from server.mount import PREFIX
from tests.security.site import PASSWORD, Browser, Site
from tests.security.test_csrf import rows
from tests.security.test_mass_assignment import GOOD

pytestmark = pytest.mark.asyncio(loop_scope="module")
OBJECTS: list[Any] = [
    {"$ne": 1}, {"$gt": ""}, {"$regex": ".*"}, {"$where": "sleep(1000)"}, {"$in": ["a"]}, {"$exists": True},
    {"$expr": {"$function": {"body": "x", "args": [], "lang": "js"}}}, [{"$ne": 1}], ["$ne"], {"": ""},
]  # fmt: skip
TEXTS = [
    "$ne", '{"$ne": 1}', "a[$ne]", "' OR '1'='1", "'; DROP TABLE users; --", '" OR ""="', "1; SELECT 1", "*", ".*", "%",
    "_", "../../etc/passwd", "..%2f..%2f", "\u0000", "a\u0000b", "\u202e", "\ufeff", "\uffff", "\U0001f40e" * 50,
    "{{7*7}}", "${7*7}", "<%= 7*7 %>", "\r\nSet-Cookie: x=y", "a" * 5000, "NaN", "-1", "1e309", "null", "true",
    "undefined",
]  # fmt: skip
RAW = [
    b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff\xfe", b'{"a":"\xff"}', b'{"a":"\\ud800"}', b"{" * 10_000,
    b"[" * 10_000,
    b'{"a":' * 5_000, b'{"a":1e999}', b'{"a":NaN}', b"\x00", b'{"__proto__":{}}', b'{"a":"' + b"x" * 300_000 + b'"}',
]  # fmt: skip


def _name(route: Route) -> str:
    return f"{route.method} {route.path}"


def _path(route: Route, value: str = "nothing") -> str:
    return PREFIX + re.sub(r"{seq}", "1", re.sub(r"{(?!seq)\w+}", quote(value, safe=""), route.path))


@pytest.mark.parametrize("route", [one for one in ROUTES if one.body is not None], ids=_name)
async def test_an_operator_in_a_body_is_refused(site: Site, boss: Browser, route: Route) -> None:
    """An object where text is expected; free-form maps (channel settings) are checked against their schema."""
    good, before = GOOD.get(_name(route), {}), rows(site, leave_out=("attempts",))
    for field in structs.fields(route.body):
        for value in OBJECTS:
            site.calm()
            answer = await boss.call(route.method, _path(route), {**good, field.encode_name: value})
            if field.encode_name in ("labels", "customer_labels", "teams", "members", "mentions") and value == ["$ne"]:
                assert answer.status < 500
                continue
            assert 400 <= answer.status < 500, (field.encode_name, value, answer.text)
    assert rows(site, leave_out=("attempts",)) == before


@pytest.mark.parametrize("route", [one for one in ROUTES if one.body is not None], ids=_name)
async def test_what_is_no_json_is_refused(site: Site, boss: Browser, route: Route) -> None:
    before = rows(site, leave_out=("attempts",))
    for raw in RAW:
        site.calm()
        answer = await boss.call(route.method, _path(route), headers={"Content-Type": "application/json"}, data=raw)
        assert 400 <= answer.status < 500, (raw[:40], answer.text)
    assert rows(site, leave_out=("attempts",)) == before


@pytest.mark.parametrize("route", [one for one in ROUTES if "{" in one.path and one.body is None], ids=_name)
async def test_nonsense_in_a_path(site: Site, boss: Browser, route: Route) -> None:
    before = rows(site)
    for text in TEXTS:
        site.calm()
        answer = await boss.call(route.method, _path(route, text))
        assert 400 <= answer.status < 500, (text[:40], answer.text)
        assert not [name for name in answer.headers if "Cookie" in name]
    assert rows(site) == before


@pytest.mark.parametrize("route", [one for one in ROUTES if one.query is not None and "{" not in one.path], ids=_name)
async def test_nonsense_in_a_query(site: Site, boss: Browser, route: Route) -> None:
    assert route.query is not None
    for field in structs.fields(route.query):
        for text in TEXTS:
            site.calm()
            answer = await boss.call("GET", f"{_path(route)}?{field.encode_name}={quote(text)}")
            assert answer.status in (200, 400, 404, 422), (field.encode_name, text[:40], answer.text)
        for name in (f"{field.encode_name}[$ne]", f"{field.encode_name}[]", f"{field.encode_name}.x", "$where"):
            answer = await boss.call("GET", f"{_path(route)}?{quote(name)}=1")
            assert answer.status in (400, 422), (name, answer.text)


async def test_no_operator_gets_past_the_log_in(site: Site) -> None:
    browser = await site.browser()
    for value in OBJECTS:
        answer = await browser.call("POST", f"{PREFIX}/session", {"email": "agent@example.com", "password": value})
        assert answer.status == 422
        answer = await browser.call("POST", f"{PREFIX}/session", {"email": value, "password": PASSWORD})
        assert answer.status == 422
    assert browser.cookies == {}


async def test_hostile_text_is_kept_as_the_text_it_is(site: Site, boss: Browser) -> None:
    """What is accepted comes back letter by letter."""
    for number, text in enumerate(text for text in TEXTS if text.isprintable() and len(text) < 90):
        site.calm()
        made = await boss.call("POST", f"{PREFIX}/canned", {"shortcut": f"s{number}", "title": text, "body": text})
        assert made.status == 201, made.text
        assert (made.json["title"], made.json["body"]) == (text, text)


async def test_ten_megabytes_are_refused_before_they_are_read(boss: Browser) -> None:
    body = msgspec.json.encode({"name": "x" * 10_000_000})
    answer = await boss.call(
        "POST", f"{PREFIX}/teams", headers={"Content-Type": "application/json"}, data=BytesIO(body)
    )
    assert answer.status == 413
