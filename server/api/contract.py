"""What a REST route is: a typed function and its facts, as data. The types decode, check and document it.

    routes = Routes("labels")

    @routes.get("/labels", permission="labels.read")
    async def list_labels(call: Call, query: Page) -> Labels:
        '''List the labels.'''

* `body` (a Struct), `query` (a Struct of scalars and tuples) and the names in braces of the path are decoded by their
  annotations; every input Struct says `forbid_unknown_fields=True`, else the route is refused when it is declared.
* The answer is encoded by msgspec; None is 204. A `web.StreamResponse` goes out as it is (downloads).
* What is raised of `hub.errors` becomes problem+json (`server/api/problems.py`).
* `permission` has no default. What a row shows to whom is the handler's own question.
"""

import inspect
import re
import typing
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar, get_type_hints

from aiohttp import web
from msgspec import Struct, structs

from accounts.actor import Actor
from accounts.permissions import Permission
from hub.errors import Unauthenticated
from server.parts import Hub

Handler = Callable[..., Awaitable[Any]]
F = TypeVar("F", bound=Handler)
KB = 1024
NUMBER = web.RequestKey("number", str)


class Gate(StrEnum):
    """Routes that ask for no single permission say which of these they are."""

    PUBLIC = "public"
    LOGGED_IN = "logged_in"


NAMES = frozenset(map(str, (*Gate, *Permission)))


class Rate(Struct, frozen=True, kw_only=True):
    """At most `times` calls in `per`, from one address (public routes) or one actor."""

    times: int
    per: timedelta


class Answer:
    """What a handler may add to its answer: another status than the declared one, headers, cookies."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.headers: dict[str, str] = {}
        self.cookies: list[tuple[str, str, timedelta]] = []

    def cookie(self, name: str, value: str, lasts: timedelta) -> None:
        """Set an HttpOnly, SameSite=Lax cookie (Secure behind TLS); an empty value and zero time removes it."""
        self.cookies.append((name, value, lasts))


class Call:
    """One request, as a handler sees it: the hub's parts, who asks, when, from where."""

    def __init__(self, *, hub: Hub, request: web.Request, at: datetime, ip: str, actor: Actor | None = None) -> None:
        self.hub = hub
        self.request = request
        self.at = at
        self.ip = ip
        self.who = actor
        """Nobody, on a public route without a session."""
        self.answer = Answer()

    @property
    def number(self) -> str:
        """Return the request's number, as it stands in the log."""
        return str(self.request.get(NUMBER, ""))

    @property
    def actor(self) -> Actor:
        """Return who asks; raises `Unauthenticated` when nobody is logged in."""
        if self.who is None:
            raise Unauthenticated("Please log in")
        return self.who


class Route(Struct, frozen=True, kw_only=True):
    """One operation. `path` is relative to `/api/v1`."""

    method: str
    path: str
    handler: Handler
    permission: str
    status: int
    tags: tuple[str, ...]
    summary: str
    params: dict[str, Any]
    body: Any = None
    query: type[Struct] | None = None
    answer: Any = None
    body_limit: int
    rate: Rate | None = None
    upload: bool = False
    also: tuple[int, ...] = ()
    """Statuses of success beside `status`, for the document."""

    @property
    def name(self) -> str:
        """Return the operation's id: the handler's name."""
        return self.handler.__name__


class Routes:
    """The routes of one module, in the order they were declared."""

    def __init__(self, *tags: str) -> None:
        self._tags = tags
        self._routes: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        """Give the routes."""
        return iter(self._routes)

    def get(self, path: str, *, permission: str, **facts: Any) -> Callable[[F], F]:
        """Declare a reading operation."""
        return self.add("GET", path, permission=permission, **facts)

    def post(self, path: str, *, permission: str, **facts: Any) -> Callable[[F], F]:
        """Declare an operation that makes or does something."""
        return self.add("POST", path, permission=permission, **facts)

    def put(self, path: str, *, permission: str, **facts: Any) -> Callable[[F], F]:
        """Declare an operation that replaces a thing."""
        return self.add("PUT", path, permission=permission, **facts)

    def patch(self, path: str, *, permission: str, **facts: Any) -> Callable[[F], F]:
        """Declare an operation that changes some fields."""
        return self.add("PATCH", path, permission=permission, **facts)

    def delete(self, path: str, *, permission: str, **facts: Any) -> Callable[[F], F]:
        """Declare an operation that removes a thing."""
        return self.add("DELETE", path, permission=permission, **facts)

    def add(
        self,
        method: str,
        path: str,
        *,
        permission: str,
        status: int | None = None,
        also: tuple[int, ...] = (),
        body_limit: int = 256 * KB,
        rate: Rate | None = None,
        upload: bool = False,
    ) -> Callable[[F], F]:
        """Declare an operation; `status` is 200, or 204 when the handler returns nothing.

        `also` names further statuses of success, `upload` a multipart body with one file that the handler reads.
        """

        def declare(handler: F) -> F:
            facts = _facts(handler, path)
            self._routes.append(
                Route(
                    method=method,
                    path=path,
                    handler=handler,
                    permission=_needed(permission, path),
                    status=status or (204 if facts["answer"] is None else 200),
                    also=also,
                    tags=self._tags,
                    summary=(inspect.getdoc(handler) or "").partition("\n")[0],
                    body_limit=body_limit,
                    rate=rate,
                    upload=upload,
                    **facts,
                )
            )
            return handler

        return declare


def _needed(permission: str, path: str) -> str:
    if permission not in NAMES:
        raise TypeError(f"{path}: {permission!r} is no permission and no Gate; a route says which it needs")
    return str(permission)


def _facts(handler: Handler, path: str) -> dict[str, Any]:
    hints = get_type_hints(handler, include_extras=True)
    params = {name: hints[name] for name in re.findall(r"{(\w+)", path)}
    body, query = hints.get("body"), hints.get("query")
    for given in (body, query):
        for struct in _structs(given):
            if not struct.__struct_config__.forbid_unknown_fields:
                raise TypeError(f"{path}: {struct.__name__} must refuse unknown fields")
    answer = None if hints.get("return") in (None, type(None)) else hints["return"]
    return {"params": params, "body": body, "query": query, "answer": answer}


def _structs(given: Any) -> Iterator[type[Struct]]:
    """Give every Struct inside an input type, however deep."""
    seen: set[Any] = set()
    queue = [given]
    while queue:
        kind = queue.pop()
        if kind is None or kind in seen:
            continue
        seen.add(kind)
        queue.extend(argument for argument in typing.get_args(kind) if not isinstance(argument, str))
        if isinstance(kind, type) and issubclass(kind, Struct):
            yield kind
            queue.extend(field.type for field in structs.fields(kind))
