"""Draft the goldens of a channel, to be read and corrected by hand: python -m tests.adapters.goldens CHANNEL

Writes what is missing and nothing else: `<name>.json` beside a recording, and `calls` of the samples in `send/` that
have none. A draft says what the code does; only reading it against the provider's manual makes it evidence.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import structs

from adapters.registry import find
from tests.adapters.contract.kit import Kit, Sample
from tests.adapters.contract.provider import told
from tests.adapters.contract.recordings import seen
from tests.adapters.contract.suite import provided

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).parent / "recordings"


async def draft(channel: str) -> None:
    """Write what is missing."""
    folder = HERE / channel
    for file in folder.glob("*.http"):
        golden = file.with_suffix(".json")
        if not golden.exists():
            golden.write_text("[]")
    kit = Kit(find(installed=False), channel, folder)
    for recording in kit.recordings:
        if recording.golden == "[]":
            inbounds = seen(kit.adapter().parse(recording.request))
            _write(folder / f"{recording.name}.json", [_short(msgspec.to_builtins(one)) for one in inbounds])
    for file in kit.samples().values():
        await _sample(kit, file)


async def _sample(kit: Kit, file: Path) -> None:
    sample = _asked(file)
    if sample.calls or sample.pushes:
        return
    kit.pushed.clear()
    async with provided(kit) as (provider, http):
        await kit.adapter(http, provider.url).send(sample.message)
        calls = [told(one, kit.script.volatile) for one in provider.asked]
    pushes = [{"topic": topic, "payload": json.loads(load)} for topic, load in kit.pushed]
    whole = structs.replace(sample, calls=calls, pushes=pushes)
    _write(file, _short(msgspec.to_builtins(whole)))


def _asked(file: Path) -> Sample:
    return msgspec.json.decode(file.read_bytes(), type=Sample)


def _short(words: Mapping[str, object]) -> dict[str, object]:
    """Leave out what is empty: fields that have their default may be missing in a golden."""
    return {name: value for name, value in words.items() if value not in ("", [], {}, None, False)}


def _write(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(draft(sys.argv[1]))
