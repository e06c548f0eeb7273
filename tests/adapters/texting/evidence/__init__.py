"""What the recordings of the text-message channels are made of, a module a channel."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

RECORDINGS = Path(__file__).parents[2] / "recordings"
AT = datetime(2026, 11, 20, 8, 0, 1, tzinfo=UTC)
HUB = "https://hub.example"


class Call(Struct, frozen=True, kw_only=True):
    """One request of a provider, ready to be written down."""

    name: str
    source: str
    target: str
    body: bytes
    headers: dict[str, str] = {}
    method: str = "POST"
    at: datetime = AT
