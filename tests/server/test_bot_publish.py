"""`yizhan bot publish` beside a hub that runs: the command is a process of its own, and the hub answers with it."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from typing import TYPE_CHECKING

from msgspec import structs

from bots.nlu.training import train
from bots.project.reading import read
from bots.serving.library import smallest
from bots.trained import pack, trained_of
from hub.model import Text
from tests.bots.rasa.test_remote import TURN
from tests.server.process import ROOT
from tests.server.running import running

if TYPE_CHECKING:
    from pathlib import Path

    from tests.server.running import Running

BYE = "再见，祝您生活愉快！"


def _texts(words: str) -> dict[str, str]:
    return {name: text.replace(BYE, words) for name, text in smallest("zh").items()}


def _written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _model(path: Path, files: dict[str, str]) -> Path:
    project = read(files)
    path.write_bytes(pack(trained_of(project, train(project, None))))
    return path


async def _publish(tmp_path: Path, source: Path, *more: str) -> tuple[int, str]:
    """Run the command, and return its exit code and what it said."""
    command = [sys.executable, "-m", "server", "bot", "publish", str(source), "--data", str(tmp_path / "data"), *more]
    known = {name: value for name, value in os.environ.items() if not name.startswith("YIZHAN_")}
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=known, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await asyncio.wait_for(process.communicate(), 90)
    return process.returncode or 0, said.decode()


async def _goodbye(hub: Running, id: str) -> str:
    bot = await hub.hub.bots.current(id)
    assert bot is not None
    return str((await bot.answer(structs.replace(TURN, text="再见", parts=(Text(body="再见"),)))).reactions)


async def test_a_folder_and_a_model_answer_when_the_hub_starts(tmp_path: Path, furnished: Path) -> None:
    await asyncio.to_thread(shutil.copytree, furnished, tmp_path / "data")
    folder = await asyncio.to_thread(_written, tmp_path / "one", _texts("第一版"))
    code, said = await _publish(tmp_path, folder, "--bot", "tiny", "--new", "小试")
    assert (code, "version 1 of tiny" in said) == (0, True), said
    model = await asyncio.to_thread(_model, tmp_path / "two.bot", _texts("第二版"))
    code, said = await _publish(tmp_path, model, "--bot", "tiny")
    assert (code, "left as it is" in said) == (0, False), said
    async with running(tmp_path / "data") as hub:
        assert "第二版" in await _goodbye(hub, "tiny")
        designer, boss = await hub.log_in("designer"), await hub.log_in("admin")
        shown = (await designer.get("/bots/tiny")).json
        assert [(one["number"], one["state"]) for one in shown["versions"]] == [(2, "live"), (1, "retired")]
        assert (await designer.get("/bots/tiny/versions/1")).json["report"]["examples"] == 10
        read_ = (await designer.get("/bots/tiny/files")).json
        assert "第二版" in read_["files"]["domain.yml"], "the draft follows what was published, when nobody changed it"
        acts = [one["action"] for one in (await boss.get("/audit?target=tiny")).json["items"]]
        assert acts.count("bot.published") == 2


async def test_a_hub_that_runs_trains_it_and_answers(hub_server: Running, tmp_path: Path) -> None:
    boss = await hub_server.log_in("admin")
    issued = await boss.post("/tokens", {"name": "pipeline", "permissions": ["bots.read", "bots.manage"]})
    assert issued.status == 201, issued.body
    token = tmp_path / "token"
    await asyncio.to_thread(token.write_text, issued.json["secret"] + "\n")
    there = ("--server", hub_server.base, "--token-file", str(token))
    model = await asyncio.to_thread(_model, tmp_path / "one.bot", _texts("第一版"))
    code, said = await _publish(tmp_path, model, "--bot", "tiny", *there)
    assert (code, "No such bot" in said, "Traceback" in said) == (1, True, False), said
    code, said = await _publish(tmp_path, model, "--bot", "tiny", "--new", "小试", *there)
    assert (code, "version 1 of tiny" in said, issued.json["secret"] in said) == (0, True, False), said
    assert "第一版" in await _goodbye(hub_server, "tiny")


async def test_what_cannot_be_published_says_why_and_changes_nothing(tmp_path: Path, furnished: Path) -> None:
    await asyncio.to_thread(shutil.copytree, furnished, tmp_path / "data")
    wrong = {**_texts("x"), "data/rules.yml": 'version: "3.1"\nrules:\n- rule: a\n  steps: 5\n- rule: b\n  steps: 5\n'}
    folder = await asyncio.to_thread(_written, tmp_path / "wrong", wrong)
    code, said = await _publish(tmp_path, folder, "--bot", "tiny", "--new", "小试")
    assert (code, "data/rules.yml:4" in said, "data/rules.yml:6" in said) == (1, True, True), said
    model = await asyncio.to_thread(_model, tmp_path / "good.bot", _texts("x"))
    code, said = await _publish(tmp_path, model, "--bot", "tiny")
    assert (code, "--new" in said, "Traceback" in said) == (1, True, False), said
