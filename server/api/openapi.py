"""The OpenAPI 3.1 document, made from the routes and their types; the same routes give the same bytes."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from server.api.contract import Gate, Route
from server.api.problems import Problem

REF = "#/components/schemas/{name}"
ERRORS = {
    "400": "Malformed", "401": "Not logged in", "403": "Not allowed", "404": "Not found",
    "409": "Changed meanwhile", "413": "Too large", "422": "Not acceptable", "429": "Too many", "503": "Busy",
}  # fmt: skip


def document(routes: Iterable[Route], *, version: str, prefix: str = "/api/v1") -> dict[str, Any]:
    """Describe every route; two routes of one name cannot be told apart by a client and are refused."""
    routes = sorted(routes, key=lambda route: (route.path, route.method))
    _unique(routes)
    types = _types(routes)
    schemas, components = msgspec.json.schema_components(types, ref_template=REF)
    refs = dict(zip(map(repr, types), schemas, strict=True))
    queries = {route.name: components[route.query.__name__]["properties"] for route in routes if route.query}
    needed = {route.name: components[route.query.__name__].get("required", []) for route in routes if route.query}
    paths: dict[str, Any] = {}
    for route in routes:
        told = _operation(route, refs)
        told["parameters"] += _query_parameters(queries.get(route.name, {}), needed.get(route.name, []))
        paths.setdefault(_plain(prefix + route.path), {})[route.method.lower()] = told
    for name in {route.query.__name__ for route in routes if route.query}:
        components.pop(name, None)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Yizhan 驿站", "version": version, "license": {"name": "GPL-3.0-or-later"}},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SECURITY},
    }


def text(described: dict[str, Any]) -> str:
    """Write the document as it is kept in `docs/openapi.json`."""
    return json.dumps(described, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


_SECURITY = {
    "session": {"type": "apiKey", "in": "cookie", "name": "yizhan_session"},
    "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
    "token": {"type": "http", "scheme": "bearer"},
}


def _unique(routes: Sequence[Route]) -> None:
    seen: dict[str, Route] = {}
    for route in routes:
        if route.name in seen:
            raise TypeError(f"{route.path} and {seen[route.name].path} are both called {route.name}")
        seen[route.name] = route


def _types(routes: Sequence[Route]) -> list[Any]:
    types: list[Any] = [Problem]
    for route in routes:
        asked = (route.body, route.answer, route.query, *route.params.values())
        types += [kind for kind in asked if kind is not None and not _is_raw(kind)]
    return types


def _is_raw(kind: Any) -> bool:
    """A handler that answers with a web response streams bytes of its own."""
    return isinstance(kind, type) and kind.__module__.startswith("aiohttp.")


def _operation(route: Route, refs: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": list(route.tags),
        "parameters": _path_parameters(route, refs),
        "responses": _responses(route, refs),
        "security": _security(route),
        "x-permission": route.permission,
    }
    if route.body is not None:
        schema = refs[repr(route.body)]
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    elif route.upload:
        told["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": _FILE}}}
    return told


_FILE = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
}


def _path_parameters(route: Route, refs: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": refs[repr(kind)]}
        for name, kind in route.params.items()
    ]


def _query_parameters(described: dict[str, Any], needed: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": schema}
        for name, schema in described.items()
    ]


def _responses(route: Route, refs: dict[str, Any]) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "done"}
    if route.answer is not None and not _is_raw(route.answer):
        good["content"] = {"application/json": {"schema": refs[repr(route.answer)]}}
    elif route.answer is not None:
        good["content"] = {"application/octet-stream": {}}
    bad = {"content": {"application/problem+json": {"schema": refs[repr(Problem)]}}}
    statuses = (route.status, *route.also)
    return {str(status): good for status in statuses} | {
        code: {"description": word, **bad} for code, word in ERRORS.items() if _can_happen(code, route)
    }


def _can_happen(code: str, route: Route) -> bool:
    public = route.permission == Gate.PUBLIC
    return not (public and code == "403" and route.method == "GET")


def _security(route: Route) -> list[dict[str, list[str]]]:
    if route.permission == Gate.PUBLIC:
        return []
    cookie: dict[str, list[str]] = {"session": []} if route.method == "GET" else {"session": [], "csrf": []}
    return [cookie, {"token": []}]


def _plain(path: str) -> str:
    """Take the pattern out of a path's braces: `{seq:[0-9]+}` is `{seq}` to a client."""
    return re.sub(r"{(\w+):[^}]*}", r"{\1}", path)
