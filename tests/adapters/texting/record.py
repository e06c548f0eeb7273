"""Write the text-message channels' recordings again: python -m tests.adapters.texting.record

No account was at hand, so none was captured: bodies follow the providers' manuals, Twilio's signatures are made
by its own library, SMPP's PDUs by another project's encoder. Read each golden before you commit it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import ClientSession

from adapters.registry import find
from hub.model import Address, Outbound
from tests.adapters.contract.kit import Kit, Sample
from tests.adapters.contract.provider import playing, told
from tests.adapters.texting.evidence import RECORDINGS, Call, aliyun, smpp, tencent, twilio

if TYPE_CHECKING:
    from types import ModuleType

    from hub.model import Part

CHANNELS: dict[str, ModuleType] = {"twilio": twilio, "aliyun": aliyun, "tencent": tencent, "smpp": smpp}


def main(names: list[str]) -> None:
    """Write the folders of these channels, or of all."""
    for name in names or CHANNELS:
        module, folder = CHANNELS[name], RECORDINGS / name
        (folder / "send").mkdir(parents=True, exist_ok=True)
        _json(folder / "settings.json", module.SETTINGS)
        if module.PROVIDER:
            _json(folder / "provider.json", module.PROVIDER)
        for call in module.calls():
            _write(name, call)
        asyncio.run(_goldens(name, module.parts))


def _write(channel: str, call: Call) -> None:
    lines = [f"# source: {call.source}", f"# at: {call.at.isoformat()}", f"{call.method} {call.target} HTTP/1.1"]
    head = "\n".join([*lines, *(f"{name}: {value}" for name, value in call.headers.items())])
    file = RECORDINGS / channel / f"{call.name}.http"
    file.write_bytes(head.encode() + b"\n\n" + call.body)
    if not file.with_suffix(".json").exists():
        file.with_suffix(".json").write_text("[]")


async def _goldens(channel: str, parts: Any) -> None:
    kit = Kit(find(installed=False), channel, RECORDINGS / channel)
    for recording in kit.recordings:
        found = kit.adapter().parse(recording.request)
        bare = msgspec.json.decode(msgspec.json.encode(found))
        seen = [{name: value for name, value in one.items() if name != "raw"} for one in bare]
        _json(RECORDINGS / channel / f"{recording.name}.json", seen)
    async with playing(kit.script) as provider, ClientSession() as http:
        for name, part in parts(kit).items():
            provider.asked.clear()
            message = outbound(channel, part)
            if kit.script.answers:
                await kit.adapter(http, provider.url).send(message)
            sample = Sample(message=message, calls=[told(one, kit.script.volatile) for one in provider.asked])
            _json(RECORDINGS / channel / "send" / f"{name}.json", msgspec.to_builtins(sample))


def outbound(channel: str, part: Part) -> Outbound:
    """Return a message of one part to a number."""
    to = Address(channel=channel, user="+8613800138000")
    return Outbound(id="message-1", inbox="inbox-1", to=to, parts=(part,), conversation="c-1", seq=2, author="小林")


def _json(file: Any, content: object) -> None:
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False, default=str) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
