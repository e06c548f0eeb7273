"""What is in memory already is not loaded again; what nobody uses goes; what was changed is never believed."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING

import pytest

from bots.nlu.training import train
from bots.project.reading import read
from bots.serving.keeping import Chest
from bots.serving.library import smallest
from bots.serving.models import Models
from bots.trained import pack, trained_of
from hub.blobs import Blobs
from hub.errors import Invalid
from server.shelf import BlobShelf

if TYPE_CHECKING:
    from pathlib import Path

MANY = 5


@pytest.fixture(scope="module")
def packed() -> list[bytes]:
    """Some bots that differ in one word."""
    files = [
        {**smallest("zh"), "data/more.yml": f'version: "3.1"\nnlu:\n- synonym: s\n  examples: |\n    - v{number}\n'}
        for number in range(MANY)
    ]
    projects = [read(one) for one in files]
    return [pack(trained_of(project, train(project, None))) for project in projects]


async def test_the_same_version_is_one_model_also_for_many_at_once(packed: list[bytes], tmp_path: Path) -> None:
    chest = Chest(BlobShelf(Blobs(tmp_path)))
    models, hash = Models(chest), await chest.keep(packed[0])
    first, *others = await asyncio.gather(*(models.get(hash) for _ in range(8)))
    assert all(other is first for other in others)
    assert models.loaded == 1


async def test_published_and_rolled_back_is_the_model_that_was(packed: list[bytes], tmp_path: Path) -> None:
    chest = Chest(BlobShelf(Blobs(tmp_path)))
    models, hashes = Models(chest), [await chest.keep(one) for one in packed[:2]]
    before = id(await models.get(hashes[0]))
    await models.get(hashes[1])
    gc.collect()
    assert id(await models.get(hashes[0])) == before


async def test_only_the_latest_few_stay_that_nobody_uses(packed: list[bytes], tmp_path: Path) -> None:
    chest = Chest(BlobShelf(Blobs(tmp_path)))
    models, hashes = Models(chest, kept=2), [await chest.keep(one) for one in packed]
    used = await models.get(hashes[0])
    for hash in hashes:
        await models.get(hash)
    gc.collect()
    assert models.loaded == 3
    assert await models.get(hashes[0]) is used


async def test_a_file_that_was_changed_is_refused_though_its_model_is_loaded(
    packed: list[bytes], tmp_path: Path
) -> None:
    chest = Chest(BlobShelf(Blobs(tmp_path)))
    models, hash = Models(chest), await chest.keep(packed[0])
    await models.get(hash)
    path = tmp_path / hash[:2] / hash
    await asyncio.to_thread(path.write_bytes, packed[0][:-1] + b"x")
    with pytest.raises(Invalid):
        await models.get(hash)
