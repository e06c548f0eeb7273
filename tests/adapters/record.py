"""Write the recordings of our own two protocols again: python -m tests.adapters.record

Channels of other providers are recorded, not made; see docs/write-an-adapter.md.
"""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import ClientSession

from adapters.registry import find
from adapters.webchat import visitors
from hub import keys
from hub.model import (
    Audio,
    Card,
    Choice,
    Choices,
    File,
    Form,
    FormField,
    Html,
    Image,
    Location,
    Notice,
    Template,
    Text,
    Video,
)
from hub.standard_webhooks import sign
from tests.adapters.contract.kit import Kit, Sample
from tests.adapters.contract.provider import playing, told
from tests.adapters.contract.recordings import seen
from tests.adapters.contract.suite import outbound

if TYPE_CHECKING:
    from hub.model import Part

HERE = Path(__file__).parent / "recordings"
AT = datetime(2026, 11, 20, 8, 0, 1, tzinfo=UTC)
SECRET = "test-signing-secret-of-the-console"
RING = "test:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
LEI = {"id": "u-1", "name": "李雷", "language": "zh-CN"}
SETTINGS: dict[str, Any] = {
    "console": {"settings": {"signing_secret": SECRET, "deliver_url": "{provider}/deliver"}},
    "webchat": {
        "keys": RING,
        "settings": {
            "identity": "optional",
            "identity_secret": "test-identity-secret",
            "origins": "https://shop.example",
        },
    },
}
EVENTS: dict[str, dict[str, Any]] = {
    "text__chinese_and_emoji": {"type": "message", "from": LEI, "parts": [{"type": "text", "body": "家里停水了 😢"}]},
    "text__subject_and_reply": {
        "type": "message",
        "from": LEI,
        "subject": "Re: 停水",
        "reply_to": "message-0",
        "parts": [{"type": "text", "body": "还没来水"}, {"type": "location", "latitude": 30.25, "longitude": 120.16}],
    },
    "text__hostile": {
        "type": "message",
        "from": {"id": "u-2"},
        "parts": [{"type": "text", "body": "<script>alert(1)</script>\u202e\u0000"}],
    },
    "status__delivered": {"type": "status", "from": LEI, "message": "message-1", "status": "delivered"},
    "status__failed": {
        "type": "status",
        "from": LEI,
        "message": "message-2",
        "status": "failed",
        "reason": "number is off",
    },
    "signal__follow": {"type": "signal", "from": LEI, "name": "follow", "facts": {"scene": "qr-7"}},
    "unknown__kind": {"type": "something.new", "of": "tomorrow"},
}
BLOB = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
FRAMES: dict[str, list[dict[str, Any]]] = {
    "send__chinese_and_emoji": [
        {"type": "send", "client_id": "client-0001", "parts": [{"type": "text", "body": "家里停水了 😢"}]}
    ],
    "send__picture": [
        {
            "type": "send",
            "client_id": "client-0002",
            "parts": [
                {
                    "type": "image",
                    "blob": BLOB,
                    "name": "水表.jpg",
                    "media_type": "image/jpeg",
                    "size": 51234,
                    "width": 800,
                    "height": 600,
                }
            ],
        }
    ],
    "form__pre_chat": [
        {
            "type": "form",
            "client_id": "client-0003",
            "name": "pre_chat",
            "answers": {"name": "李雷", "phone": "13800138000"},
        }
    ],
    "rate__five_stars": [
        {"type": "rate", "client_id": "client-0004", "stars": 5, "comment": "很快", "conversation": "c0ffee"}
    ],
    "end": [{"type": "end", "client_id": "client-0005", "conversation": "c0ffee"}],
    "read__and_typing": [
        {"type": "typing", "on": True},
        {"type": "read", "seq": 7, "conversation": "c0ffee"},
        {"type": "ping"},
    ],
    "many__in_order": [
        {"type": "send", "client_id": "client-0006", "parts": [{"type": "text", "body": "一"}]},
        {"type": "send", "client_id": "client-0007", "parts": [{"type": "text", "body": "二"}]},
    ],
}
WHERE: dict[str, Any] = {"blob": BLOB, "size": 2048}
PARTS: list[Part] = [
    Text(body="正在抢修，预计 18:00 来水 🚰"),
    Html(body="<p>正在<b>抢修</b></p>", text="正在抢修"),
    Image(name="现场.png", media_type="image/png", width=640, height=480, **WHERE),
    Audio(name="语音.mp3", media_type="audio/mpeg", seconds=3.5, **WHERE),
    Video(name="阀门.mp4", media_type="video/mp4", **WHERE),
    File(name="报修单.pdf", media_type="application/pdf", **WHERE),
    Location(latitude=30.25, longitude=120.16, label="营业厅"),
    Card(url="https://water.example/notice/1", title="停水公告", text="竹溪巷"),
    Choices(
        body="还有什么可以帮您？", choices=(Choice(label="缴费", value="怎么缴费"), Choice(label="人工", value="人工"))
    ),
    Form(name="repair", fields=(FormField(name="phone", label="电话", kind="phone"),)),
    Template(template="SMS_1", variables={"code": "8848"}),
    Notice(code="rate"),
]


def main() -> None:
    """Write everything."""
    for name, event in EVENTS.items():
        at = AT - timedelta(seconds=1)
        body = json.dumps({**event, "at": at.isoformat()} if "from" in event else event, ensure_ascii=False).encode()
        _write("console", name, "/hooks/inbox-1", sign(SECRET, f"evt_{name}", AT, body), body)
    signer = visitors.signer(keys.parse(RING))
    for name, frames in FRAMES.items():
        visitor = visitors.Visitor(inbox="inbox-1", visitor=f"v_{name}", name="韩梅梅", language="zh-CN")
        token = signer.sign(visitor, until=AT + timedelta(days=30))
        body = json.dumps({"frames": frames}, ensure_ascii=False).encode()
        _write("webchat", name, "/chat/demo-key/frames", {"authorization": f"Bearer {token}"}, body)
    for channel, given in SETTINGS.items():
        (HERE / channel / "settings.json").write_text(json.dumps(given, indent=1, ensure_ascii=False) + "\n")
        asyncio.run(_goldens(channel))


def _write(channel: str, name: str, path: str, headers: dict[str, str], body: bytes) -> None:
    lines = [
        f"# source: our own protocol, made by tests/adapters/record.py with the test secret of {channel}",
        f"# at: {AT.isoformat()}",
        f"POST {path} HTTP/1.1",
        "content-type: application/json",
        *(f"{header}: {value}" for header, value in headers.items()),
    ]
    (HERE / channel / f"{name}.http").write_bytes("\n".join(lines).encode() + b"\n\n" + body)
    golden = HERE / channel / f"{name}.json"
    if not golden.exists():
        golden.write_text("[]")


async def _goldens(channel: str) -> None:
    kit = Kit(find(installed=False), channel, HERE / channel)
    for recording in kit.recordings:
        golden = seen(kit.adapter().parse(recording.request))
        _golden(HERE / channel / f"{recording.name}.json", msgspec.to_builtins(golden))
    async with playing() as provider, ClientSession() as http:
        for part in PARTS:
            message = outbound(part)
            tag = str(part.__struct_config__.tag)
            if tag not in kit.card.carries:
                continue
            provider.asked.clear()
            kit.pushed.clear()
            await kit.adapter(http, provider.url).send(message)
            pushes = [{"topic": topic, "payload": json.loads(load)} for topic, load in kit.pushed]
            sample = Sample(message=message, calls=[told(one) for one in provider.asked], pushes=pushes)
            _golden(HERE / channel / "send" / f"{tag}.json", msgspec.to_builtins(sample))


def _golden(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False, default=str) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
