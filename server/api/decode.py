"""From HTTP to typed values: body, query and path parameters, each fault with its place in the input."""

import asyncio
import re
import typing
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from aiohttp import web
from msgspec import Struct, structs
from multidict import MultiMapping

from hub.errors import Invalid, Malformed, TooLarge

DEEPEST = 32
PATIENCE = 20.0
"""Seconds a body may take to come in."""
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]')
_FIELD = re.compile(r"^Object (?:contains unknown|missing required) field `([^`]*)`")


def body_decoder(kind: Any) -> Callable[[bytes], Any]:
    """Return what decodes a JSON body of this type; raises `Malformed` or `Invalid` with a path from `$`."""
    decoder = msgspec.json.Decoder(kind)

    def decode(raw: bytes) -> Any:
        _bounded(raw)
        try:
            return decoder.decode(raw)
        except msgspec.ValidationError as error:
            raise fault(error, "$") from error
        except (ValueError, RecursionError) as error:
            raise Malformed("The body is not JSON in UTF-8", reason=str(error)) from error

    return decode


def query_decoder(kind: type[Struct]) -> Callable[[MultiMapping[str]], Any]:
    """Return what decodes a query; a field of a tuple or list type takes every value of that name."""
    many = {field.encode_name for field in structs.fields(kind) if _is_many(field.type)}

    def decode(query: MultiMapping[str]) -> Any:
        given = {name: query.getall(name) if name in many else query[name] for name in query}
        try:
            return msgspec.convert(given, kind, strict=False)
        except msgspec.ValidationError as error:
            raise fault(error, "$query") from error

    return decode


def params_decoder(params: Mapping[str, Any]) -> Callable[[Mapping[str, str]], dict[str, Any]]:
    """Return what decodes the names in braces of a path."""

    def decode(given: Mapping[str, str]) -> dict[str, Any]:
        return {name: _param(given[name], name, kind) for name, kind in params.items()}

    return decode


def fault(error: msgspec.ValidationError, root: str) -> Invalid:
    """Make our error of msgspec's: its sentence and its JSON path, up to the very field."""
    sentence, _, at = str(error).partition(" - at `")
    path = root + at.removesuffix("`").removeprefix("$")
    missing = _FIELD.match(sentence)
    return Invalid(sentence, path=f"{path}.{missing[1]}" if missing else path)


async def read_body(request: web.Request, limit: int) -> bytes:
    """Return the whole body, reading no more than `limit` bytes; raises `TooLarge`, or `Malformed` for other types."""
    if request.content_type not in ("application/json", "application/octet-stream") or not _utf8(request):
        raise Malformed("The body must be application/json in UTF-8", content_type=request.content_type)
    length = request.content_length
    if length is not None and length > limit:
        raise TooLarge("The body is too large", limit=limit)
    if not request.body_exists:
        return b""
    return await read_bounded(request, limit)


async def read_bounded(request: web.Request, limit: int) -> bytes:
    """Return the body of any type; raises `TooLarge` as soon as it passes `limit` bytes, 408 when it does not end."""
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            while chunk := await request.content.readany():
                body += chunk
                if len(body) > limit:
                    raise TooLarge("The body is too large", limit=limit)
    except TimeoutError as error:
        raise web.HTTPRequestTimeout from error
    return bytes(body)


def _utf8(request: web.Request) -> bool:
    return (request.charset or "utf-8").lower() in ("utf-8", "utf8", "us-ascii")


def _param(value: str, name: str, kind: Any) -> Any:
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        raise fault(error, f"$path.{name}") from error


def _bounded(raw: bytes) -> None:
    """Refuse deep nesting. Few brackets cannot be deep, so the usual body costs two counts."""
    if raw.count(b"[") + raw.count(b"{") <= DEEPEST:
        return
    depth = 0
    for token in _TOKENS.finditer(raw):
        first = raw[token.start()]
        if first in b"[{":
            depth += 1
            if depth > DEEPEST:
                raise Malformed("The body is nested too deeply", limit=DEEPEST)
        elif first in b"]}":
            depth -= 1


def _is_many(kind: Any) -> bool:
    if typing.get_origin(kind) is typing.Annotated:
        kind = typing.get_args(kind)[0]
    return typing.get_origin(kind) in (tuple, list, frozenset, set)
