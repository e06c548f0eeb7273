"""What a client may not say is refused, not ignored: every field that any answer shows, sent to every write."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import Struct, structs

from accounts.permissions import Role
from accounts.users import User
from conversations.model import Conversation, Message, Profile
from server.api.contract import Route
from server.api.routes import ROUTES
from server.mount import PREFIX
from tests.security.site import PASSWORD, Browser, Site
from tests.security.test_csrf import rows

pytestmark = pytest.mark.asyncio(loop_scope="module")
WRITES = [route for route in ROUTES if route.body is not None]
GOOD: dict[str, dict[str, Any]] = {
    "POST /session": {"email": "agent@example.com", "password": PASSWORD},
    "POST /setup": {"token": "x", "name": "X", "email": "x@example.com", "password": PASSWORD},
    "PUT /me/preferences": {"theme": "dark"},
    "PUT /me/password": {"old": PASSWORD, "new": "another one entirely"},
    "POST /tokens": {"name": "x"},
    "POST /users": {"name": "X", "email": "x@example.com", "role": "agent", "password": PASSWORD},
    "POST /teams": {"name": "X"},
    "PUT /presence": {"status": "away"},
    "POST /canned": {"shortcut": "x", "title": "x", "body": "x"},
    "POST /labels": {"name": "x"},
    "POST /inboxes": {"name": "X", "channel": "webchat"},
}
"""Bodies that would be done as they stand, where the path needs no id."""
INVENTED = ("id", "version", "role", "is_admin", "admin", "verified", "tenant", "password_hash", "hash", "digest",
            "__proto__", "constructor", "$set", "_id")  # fmt: skip


def _structs(kind: Any) -> Iterator[type[Struct]]:
    seen: set[Any] = set()
    queue = [kind]
    while queue:
        one = queue.pop()
        if one is None or one in seen:
            continue
        seen.add(one)
        queue.extend(argument for argument in typing.get_args(one) if not isinstance(argument, str))
        if isinstance(one, type) and issubclass(one, Struct):
            yield one
            queue.extend(field.type for field in structs.fields(one))


def _fields(kind: Any) -> set[str]:
    return {field.encode_name for one in _structs(kind) for field in structs.fields(one)}


SHOWN = set().union(*(_fields(route.answer) for route in ROUTES), *map(_fields, (User, Conversation, Message, Profile)))


def _name(route: Route) -> str:
    return f"{route.method} {route.path}"


async def test_there_is_something_to_try() -> None:
    assert {"role", "active", "csrf", "permissions", "state", "agent", "seq", "created_at"} <= SHOWN
    assert set(GOOD) <= {_name(route) for route in WRITES}


@pytest.mark.parametrize("route", WRITES, ids=_name)
async def test_no_field_of_an_answer_slips_into_a_write(site: Site, boss: Browser, route: Route) -> None:
    own = {field.encode_name for field in structs.fields(route.body)}
    path = PREFIX + re.sub(r"{seq}", "1", re.sub(r"{(?!seq)\w+}", "nothing", route.path))
    good = GOOD.get(_name(route), {})
    before = rows(site, leave_out=("attempts",))
    for field in sorted((SHOWN | set(INVENTED)) - own):
        site.calm()
        answer = await boss.call(route.method, path, {**good, field: "administrator"})
        assert answer.status in (400, 422), (field, answer.text)
    assert rows(site, leave_out=("attempts",)) == before


async def test_a_new_colleague_cannot_make_themselves_more(site: Site, browsers: dict[Role, Browser]) -> None:
    agent = browsers[Role.AGENT]
    before = (await agent.call("GET", f"{PREFIX}/session")).json["user"]
    for path, body in (
        ("/me/preferences", {"theme": "dark", "role": "administrator"}),
        ("/me/preferences", {"theme": "dark", "permissions": ["users.manage"]}),
        ("/me/preferences", {"theme": {"role": "administrator"}}),
    ):
        assert (await agent.call("PUT", PREFIX + path, body)).status == 422
    answer = await agent.call("POST", f"{PREFIX}/tokens", {"name": "x", "permissions": ["users.manage"]})
    assert answer.status == 403
    assert (await agent.call("GET", f"{PREFIX}/session")).json["user"] == before


async def test_a_field_given_twice_is_not_taken_apart_by_two_readers(site: Site, boss: Browser) -> None:
    """Whatever the last one says is checked and done; nothing of the first one is."""
    body = (
        b'{"name": "Twice", "email": "twice@example.com", "role": "administrator", "role": "agent", "password": "%b"}'
    )
    answer = await boss.call(
        "POST", f"{PREFIX}/users", headers={"Content-Type": "application/json"}, data=body % PASSWORD.encode()
    )
    assert answer.status in (201, 400, 422)
    if answer.status == 201:
        assert answer.json["role"] == "agent"
