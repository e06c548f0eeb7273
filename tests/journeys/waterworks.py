"""The ready-made bot of a water utility, trained by the command, live in a data folder, beside its action server."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bots.project.folder import texts
from bots.serving.library import LIBRARY
from bots.serving.rows import VERSIONS, BotRow, State, VersionRow, version_id
from config.settings import Settings
from hub.store.port import Insert, Write
from server.bootstrap import opened
from server.demo import BOT
from tests.needs import ROOT
from tests.sdk import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

USUAL = "http://127.0.0.1:5055/webhook"
"""Where `endpoints.yml` expects the action server: somebody may be playing with one there."""


@contextmanager
def waterworks(folder: Path, like: Path) -> Iterator[Path]:
    """Give a data folder whose bot of the web chat is the trained one, while its action server runs."""
    place, project, data = folder / "server", folder / "project", folder / "data"
    shutil.copytree(LIBRARY / "water" / "actions", place / "actions", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(LIBRARY / "water" / "zh", project)
    shutil.copytree(like, data)
    with serving(place, "actions") as url:
        endpoints = project / "endpoints.yml"
        usual = endpoints.read_text(encoding="utf-8")
        assert USUAL in usual
        endpoints.write_text(usual.replace(USUAL, url), encoding="utf-8")
        model = folder / "water.model"
        command = [sys.executable, "-m", "server", "bot", "train", str(project), "--out", str(model)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        asyncio.run(_shelve(data, texts(project), model.read_bytes()))
        yield data


async def _shelve(folder: Path, files: dict[str, str], model: bytes) -> None:
    """Make the bot with its draft, and put the model in as its first version, live."""
    async with opened(Settings(data=str(folder), demo=True)) as hub:
        workshop, at = hub.workshop, hub.clock.now()
        version = VersionRow(
            id=version_id(BOT, 1), bot=BOT, number=1, files=await workshop.chest.keep_files(files), state=State.TRAINED,
            model=await workshop.chest.keep(model), size=len(model), made_at=at, trained_at=at, published_at=at,
        )  # fmt: skip

        async def commit(*writes: Write) -> None:
            await hub.store.commit(Insert(VERSIONS, version), *writes)

        bot = BotRow(id=BOT, name="云溪水务小溪", live=1, last=1, made_at=at)
        await workshop.drafts.create(bot, files, by="", commit=commit)
