"""Errors as the caller sees them: RFC 9457 problem documents, one table from `hub.errors` to status."""

from datetime import timedelta
from typing import Any

import msgspec
from aiohttp import web
from msgspec import Struct

from hub import errors

STATUS: dict[type[errors.HubError], int] = {
    errors.Unverified: 401,
    errors.Malformed: 400,
    errors.Invalid: 422,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.WrongMove: 409,
    errors.Conflict: 409,
    errors.TooMany: 429,
    errors.Overloaded: 503,
    errors.TryLater: 503,
    errors.Refused: 422,
    errors.WindowClosed: 422,
    errors.OptedOut: 422,
    errors.Unsupported: 422,
    errors.ChannelBroken: 502,
    errors.OutcomeUnknown: 502,
    errors.TooLarge: 413,
}
TITLES = {
    400: "Malformed request", 401: "Not logged in", 403: "Not allowed", 404: "Not found", 405: "Method not allowed",
    408: "Too slow", 409: "Changed meanwhile", 413: "Too large", 415: "Wrong content type", 422: "Not acceptable",
    429: "Too many requests", 500: "Our fault", 502: "Channel broken", 503: "Busy",
}  # fmt: skip
LATER = timedelta(seconds=1)


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """What went wrong. `code` is for machines; `path` is where in the input.

    `path` starts at `$` in the body (`$.parts[0].body`), at `$query` in the query and at `$path` in the address.
    """

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str = ""
    hint: str = ""
    path: str = ""
    facts: dict[str, Any] = {}


_encoder = msgspec.json.Encoder()


def status_of(error: errors.HubError) -> int:
    """Return the HTTP status of an error: that of its nearest class in the table."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return 500


def from_error(error: errors.HubError, *, root: str = "$") -> web.Response:
    """Say an error of ours, `Retry-After` wherever trying again makes sense; `root` is where a bare path belongs."""
    status = status_of(error)
    headers = {}
    if isinstance(error, errors.TryLater):
        headers["Retry-After"] = str(max(1, round((error.after or LATER).total_seconds())))
    path = _path(error.path, root) if isinstance(error, errors.Invalid) else ""
    return problem(status, error.code, error.message, hint=error.hint, path=path, facts=error.facts, headers=headers)


def problem(
    status: int,
    code: str,
    detail: str = "",
    *,
    hint: str = "",
    path: str = "",
    facts: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> web.Response:
    """Make the answer of one problem."""
    told = Problem(
        title=TITLES.get(status, "Problem"), status=status, code=code, detail=detail, hint=hint, path=path,
        facts=_plain(facts or {}),
    )  # fmt: skip
    return web.Response(
        status=status, body=_encoder.encode(told), content_type="application/problem+json", headers=headers
    )


def _path(path: str, root: str) -> str:
    """Return a path of a lower floor (`/parts`, `parts`) in the form of this one (`$.parts`)."""
    return path if not path or path.startswith("$") else f"{root}." + path.strip("/").replace("/", ".")


def _plain(facts: dict[str, object]) -> dict[str, Any]:
    plain = (str, int, float, bool, list, tuple, dict, type(None))
    return {name: value if isinstance(value, plain) else str(value) for name, value in facts.items()}
