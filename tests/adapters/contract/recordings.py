"""A recording: the exact bytes a provider sent, where they come from, and what the hub must see in them.

# source: provider sandbox, 2026-11-20; number replaced, re-signed with the test secret
# at: 2026-11-20T08:00:01Z
POST /hooks/inbox-1 HTTP/1.1
content-type: application/json

{"...": "the body, byte for byte"}

`<name>.plain` beside it, if any, is what lay in the body's envelope, byte for byte: what the hub keeps as raw then.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import msgspec
from msgspec import Struct, structs

from adapters.contract import Request
from hub.model import Inbound

if TYPE_CHECKING:
    from pathlib import Path

HUB = "https://hub.example"


class Recording(Struct, frozen=True, kw_only=True):
    """One request. `golden` is the file beside it that says what it means, `raw` what must be kept of it."""

    name: str
    source: str
    request: Request
    golden: str
    raw: bytes


def read(folder: Path) -> list[Recording]:
    """Read every recording of a channel's folder."""
    return [_read(file) for file in sorted(folder.glob("*.http"))]


def seen(inbounds: list[Inbound]) -> list[Inbound]:
    """Return what a golden file holds: everything but the raw bytes, which are compared by themselves."""
    return [structs.replace(one, raw=b"") for one in inbounds]


def meant(recording: Recording) -> list[Inbound]:
    """Read the golden; fields that have their default may be left out of it."""
    return msgspec.json.decode(recording.golden, type=list[Inbound])


def _read(file: Path) -> Recording:
    head, _, body = file.read_bytes().partition(b"\n\n")
    lines = head.decode().split("\n")
    notes = dict(line[2:].split(": ", 1) for line in lines if line.startswith("# "))
    call, *fields = [line for line in lines if not line.startswith("#")]
    method, target, _ = call.split(" ")
    headers = dict(field.split(": ", 1) for field in fields)
    request = Request(
        method=method,
        url=HUB + target,
        query=dict(parse_qsl(urlsplit(target).query, keep_blank_values=True)),
        headers={name.lower(): value for name, value in headers.items()},
        body=body,
        at=datetime.fromisoformat(notes["at"]),
    )
    golden = file.with_suffix(".json").read_text(encoding="utf-8")
    inside = file.with_suffix(".plain")
    raw = inside.read_bytes() if inside.is_file() else body
    return Recording(name=file.stem, source=notes["source"], request=request, golden=golden, raw=raw)
