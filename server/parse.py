"""`yizhan parse <channel> FILE`: what the hub would see of one raw payload or mail, as JSON, with nothing stored."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import msgspec
from aiohttp import ClientSession
from msgspec import Struct, structs

from adapters.contract import Adapter, Request
from adapters.email import threads
from adapters.email.reading import Bounce, Mail, Mailbox, Piece, inside, read
from adapters.registry import Registry, find
from adapters.setup import Setup
from config.settings import Settings
from hub.errors import HubError, Invalid
from hub.keys import Keyring, parse
from hub.model import Inbound
from server.engines import KEYS

MAIL = "email"
INBOX = "parse"


class Given(Struct, frozen=True, kw_only=True):
    """What the command line says besides the file."""

    settings: Mapping[str, str] = {}
    keys: Keyring | None = None
    method: str = "POST"
    url: str = "https://hub.example/hooks/parse"
    headers: Mapping[str, str] = {}
    verify: bool = True


def answer(
    settings: Settings, channel: str, file: Path, setting: list[str] | None, header: list[str] | None, *,
    method: str, url: str, verify: bool,
) -> tuple[str, int]:  # fmt: skip
    """Return what the command prints and its exit code: 0 with JSON, 2 with one line that says what cannot be read."""
    try:
        given = Given(
            settings=pairs(setting or [], "="), headers=pairs(header or [], ":"), keys=_keys(settings), method=method,
            url=url or Given().url, verify=verify,
        )  # fmt: skip
        return written(parsed(channel, file, given)), 0
    except HubError as error:
        return " ".join(str(error).split()), 2


def _keys(settings: Settings) -> Keyring | None:
    """Return the installation's keys, when it has some; none are made here."""
    kept = settings.folder / KEYS
    try:
        return parse(settings.secret_keys or kept.read_text()) if settings.secret_keys or kept.is_file() else None
    except OSError:
        return None


def parsed(channel: str, file: Path, given: Given) -> dict[str, Any]:
    """Return what the hub would see. Raises `Invalid` for a file that cannot be read, `NotFound` for the channel."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}") from error
    return mail(data, given) if channel == MAIL and not _is_recording(data) else hook(channel, data, given)


def written(answer: dict[str, Any]) -> str:
    """Return the answer as JSON for people and programs; there is nothing that JSON cannot hold."""
    return json.dumps(answer, ensure_ascii=False, indent=1, default=str).encode("utf-8", "replace").decode()


def mail(data: bytes, given: Given) -> dict[str, Any]:
    """Read a mail. The settings `trusted_server`, `address` and `aliases` mean what they mean for an inbox."""
    own = [given.settings.get("address", ""), *given.settings.get("aliases", "").split()]
    seen = read(data, trusted=given.settings.get("trusted_server", ""), own=[one for one in own if one])
    return {
        "channel": MAIL,
        **_outside(seen),
        "parts": [_part(piece) for piece in seen.leaves],
        "text": seen.text,
        "quoted": seen.quoted_text,
        "html": seen.html,
        "quoted_html": seen.quoted_html,
        "bounce": _bounce(seen.bounce),
        "automatic": seen.automatic,
        "auto_reply": bool(seen.automatic),
        "answer_unwanted": seen.answer_unwanted,
        "list": seen.list,
        "loop": seen.loop,
        "calendar": structs.asdict(seen.calendar) if seen.calendar else None,
        "thread": _thread(seen, given.keys),
        "proofs": seen.proofs,
        "faults": list(seen.faults),
    }


def _outside(seen: Mail) -> dict[str, Any]:
    return {
        "from": _mailbox(seen.sender),
        "reply_to": _mailbox(seen.reply_to) if seen.reply_to else None,
        "to": [_mailbox(one) for one in seen.to],
        "cc": [_mailbox(one) for one in seen.cc],
        "delivered_to": list(seen.delivered_to),
        "subject": seen.subject,
        "date": seen.date.isoformat() if seen.date else None,
        "message_id": seen.message_id,
        "in_reply_to": seen.in_reply_to,
        "references": list(seen.refs),
    }


def _mailbox(one: Mailbox) -> dict[str, str]:
    return {"name": one.name, "address": one.address}


def _part(piece: Piece) -> dict[str, Any]:
    """Describe one leaf; of an attached mail also what is in it."""
    return {
        "type": piece.role,
        "name": piece.name,
        "media_type": piece.media_type,
        "size": len(piece.content),
        "sha256": hashlib.sha256(piece.content).hexdigest(),
        "cid": piece.cid,
        "charset": piece.charset,
        "faults": list(piece.faults),
        **({"parts": [_part(one) for one in held]} if (held := inside(piece)) else {}),
    }


def _bounce(told: Bounce | None) -> dict[str, Any] | None:
    if told is None:
        return None
    return {
        "recipients": [structs.asdict(one) for one in told.recipients],
        "reason": told.reason,
        "permanent": told.permanent,
        "original_message_id": told.original_message_id,
    }


def _thread(seen: Mail, keys: Keyring | None) -> dict[str, Any]:
    """Return what joins the mail to others; a conversation only when one of our own tokens proves it."""
    proven = threads.proven(seen.traces, keys) if keys else ""
    return {**({"conversation": proven} if proven else {}), "refs": list(seen.refs)}


def hook(channel: str, data: bytes, given: Given) -> dict[str, Any]:
    """Let a channel's adapter read one call of its provider, a `.http` recording or a bare body."""
    registry = find()
    adapter = _adapter(registry, channel, given)
    request = _recorded(data) if _is_recording(data) else _request(data, given)
    answer: dict[str, Any] = {"channel": channel}
    try:
        if given.verify:
            answer["verified"] = _verified(adapter, request)
        answer["inbounds"] = [_inbound(one) for one in adapter.parse(request)]
    except HubError as error:
        answer |= {"inbounds": [], "fault": {"code": error.code, "message": error.message, "hint": error.hint}}
    return answer


def _adapter(registry: Registry, channel: str, given: Given) -> Adapter:
    """Build the channel as an inbox would have it; nothing that `verify` and `parse` do needs a connection."""
    setup = Setup(
        inbox=INBOX, settings=given.settings, http=cast("ClientSession", None), push=_push,
        base_url="https://hub.example", keys=given.keys,
    )  # fmt: skip
    return registry.build(channel, setup)


async def _push(topic: str, payload: bytes) -> None:
    """Tell nobody."""


def _verified(adapter: Adapter, request: Request) -> dict[str, Any]:
    """Say whether the signature holds; what does not hold is shown all the same."""
    try:
        adapter.verify(request)
    except HubError as error:
        return {"ok": False, "message": error.message, "hint": error.hint}
    return {"ok": True}


def _inbound(one: Inbound) -> dict[str, Any]:
    shown = cast("dict[str, Any]", msgspec.to_builtins(structs.replace(one, raw=b"")))
    return {**shown, "raw": {"size": len(one.raw), "sha256": hashlib.sha256(one.raw).hexdigest()}}


def _is_recording(data: bytes) -> bool:
    """Our own form of a recorded call begins with a line that says where it comes from."""
    return data.startswith(b"# source:")


def _recorded(data: bytes) -> Request:
    head, _, body = data.partition(b"\n\n")
    lines = [line.strip() for line in head.decode("utf-8", "replace").split("\n")]
    notes = dict(_pairs(line[2:] for line in lines if line.startswith("# ")))
    call, *fields = [line for line in lines if line and not line.startswith("#")] or ["POST / HTTP/1.1"]
    method, _, rest = call.partition(" ")
    target = rest.split(" ")[0] or "/"
    headers = {name.lower(): value for name, value in _pairs(iter(fields))}
    return _called(method, f"https://hub.example{target}", headers, body, _time(notes.get("at", "")))


def _request(data: bytes, given: Given) -> Request:
    headers = {name.lower(): value for name, value in given.headers.items()}
    return _called(given.method, given.url, headers, data, datetime.now(UTC))


def _called(method: str, url: str, headers: dict[str, str], body: bytes, at: datetime) -> Request:
    try:
        query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    except ValueError as error:
        raise Invalid("The address of the call cannot be read") from error
    return Request(method=method, url=url, query=query, headers=headers, body=body, at=at)


def _pairs(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, divided, value = line.partition(":")
        if divided:
            yield name.strip(), value.strip()


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return datetime.now(UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def pairs(given: list[str], between: str) -> dict[str, str]:
    """Read `name=value` or `name: value` from the command line; raises `Invalid` for anything else."""
    found = {}
    for one in given:
        name, divided, value = one.partition(between)
        if not divided or not name.strip():
            raise Invalid(f"`{one[:80]}` is not name{between}value")
        found[name.strip()] = value.strip()
    return found
