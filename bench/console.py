"""Requests of the console channel, signed and encoded: what the ingest figure sends."""

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

import msgspec

from bench.words import sentence
from hub.standard_webhooks import sign

PEOPLE = 5000
TEXTS = 1000


def posts(path: str, signing: str, run: str, count: int) -> Iterator[bytes]:
    """Give so many requests, each with an id of its own; without a secret they are not signed (the floor)."""
    random, at = Random(run), datetime.now(UTC)
    texts = [sentence(random, number) for number in range(TEXTS)]
    for number in range(count):
        body = msgspec.json.encode(
            {
                "type": "message",
                "from": {"id": f"u{random.randrange(PEOPLE)}", "name": "李雷", "language": "zh-CN"},
                "at": at,
                "parts": [{"type": "text", "body": texts[number % TEXTS]}],
            }
        )
        headers = sign(signing, f"{run}-{number}", at, body) if signing else {}
        yield _request(path, headers, body)


def _request(path: str, headers: dict[str, str], body: bytes) -> bytes:
    lines = (
        f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()), "", "",
    )  # fmt: skip
    return "\r\n".join(lines).encode() + body
