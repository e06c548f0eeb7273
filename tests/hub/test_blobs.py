"""Blobs: named by content, stored once, capped, durable, read in ranges."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from hub.blobs import IN_MEMORY, Blobs
from hub.errors import Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

BIG = IN_MEMORY * 5


async def chunks(data: bytes, size: int = 70_001) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("size", [0, 1, 1000, IN_MEMORY, IN_MEMORY + 1, BIG])
async def test_bytes_and_streams_come_back(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    blobs = Blobs(tmp_path / "blobs")
    stored = await blobs.put(chunks(data), limit=size)
    assert (stored.hash, stored.size) == (hashlib.sha256(data).hexdigest(), size)
    assert await blobs.put(data, limit=size) == stored
    assert len(files(tmp_path)) == 1
    again = Blobs(tmp_path / "blobs")
    assert await again.get(stored.hash) == data
    assert b"".join([chunk async for chunk in again.stream(stored.hash)]) == data


@pytest.mark.parametrize(("start", "end"), [(0, 10), (5, 5), (7, None), (0, 10**9), (200_000, 200_001), (10**9, None)])
async def test_a_range_is_what_was_asked(tmp_path: Path, start: int, end: int | None) -> None:
    data = os.urandom(300_000)
    blobs = Blobs(tmp_path)
    stored = await blobs.put(data, limit=BIG)
    assert b"".join([chunk async for chunk in blobs.stream(stored.hash, start, end)]) == data[start:end]


async def test_too_much_is_refused_at_the_first_byte_over(tmp_path: Path) -> None:
    seen = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal seen
        while True:
            seen += 1
            yield bytes(1000)

    blobs = Blobs(tmp_path)
    with pytest.raises(Invalid, match="too large"):
        await blobs.put(endless(), limit=IN_MEMORY * 2)
    assert seen == IN_MEMORY * 2 // 1000 + 1
    with pytest.raises(Invalid):
        await blobs.put(b"1234", limit=3)
    assert files(tmp_path) == []


@pytest.mark.parametrize("name", ["0" * 64, "", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 65])
async def test_what_is_not_there_is_not_found(tmp_path: Path, name: str) -> None:
    blobs = Blobs(tmp_path)
    assert not await blobs.exists(name)
    with pytest.raises(NotFound):
        await blobs.get(name)
    with pytest.raises(NotFound):
        [chunk async for chunk in blobs.stream(name)]


async def test_a_name_that_lost_its_bytes_is_written_again(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    stored = await blobs.put(b"whole", limit=10)
    (path,) = files(tmp_path)
    path.write_bytes(b"")
    assert await blobs.put(b"whole", limit=10) == stored
    assert await blobs.get(stored.hash) == b"whole"


async def test_put_returns_after_the_disk_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    fsync = os.fsync

    def recording(handle: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{handle}"))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", recording)
    stored = await Blobs(tmp_path).put(b"x", limit=1)
    file = tmp_path / stored.hash[:2] / stored.hash
    assert synced == [str(file), str(file.parent), str(tmp_path)]


async def test_the_type_is_found_by_content(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    assert (await blobs.put(b"<svg onload=alert(1)/>", limit=99)).type == "application/xml"
    assert (await blobs.put(chunks(b"hello " * 10, 1), limit=99)).type == "text/plain"


async def test_any_object_store_will_do() -> None:
    blobs = Blobs("memory:///")
    stored = await blobs.put(chunks(b"x" * BIG), limit=BIG)
    assert await blobs.get(stored.hash) == b"x" * BIG
