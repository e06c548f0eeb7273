"""Set-up decides by contents: what has changed is done again, what has not costs nothing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tools import floors, python, stamp, web


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout in place of ours."""
    monkeypatch.setattr(stamp, "ROOT", tmp_path)
    monkeypatch.setattr(stamp, "STAMPS", tmp_path / ".tools" / "stamps")
    return tmp_path


def test_a_digest_follows_contents_and_names_and_nothing_else(checkout: Path) -> None:
    one, two = checkout / "one", checkout / "two"
    one.write_text("1")
    two.write_text("2")
    before = stamp.digest([one, two])
    one.touch()
    assert stamp.digest([two, one]) == before
    assert stamp.digest([one]) != before
    one.write_text("changed")
    assert stamp.digest([one, two]) != before


def test_a_stamp_is_what_was_written_last(checkout: Path) -> None:
    assert stamp.read("step") == ""
    stamp.write("step", "abc")
    assert stamp.read("step") == "abc"


@pytest.mark.parametrize(
    ("version", "enough"),
    [
        ("v18.20.4", False),
        ("v20.18.9", False),
        ("v20.19.0", True),
        ("v21.7.3", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.1.0", True),
        ("", False),
    ],
)
def test_only_a_node_that_vite_accepts_is_used(version: str, enough: bool) -> None:
    assert web.new_enough(version) is enough


def test_what_the_build_makes_is_no_input_of_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "WEB", tmp_path)
    for name in ("src/main.ts", "dist/index.html", "node_modules/vue/index.js", "src/components.d.ts"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert {path.name for path in web.sources()} == {"main.ts"}


def test_a_room_that_no_contract_knows_is_found(checkout: Path) -> None:
    (checkout / "attic").mkdir()
    (checkout / "attic" / "__init__.py").touch()
    (checkout / "pyproject.toml").write_text(
        "[tool.importlinter]\nroot_packages = []\n[tool.hatch.build.targets.wheel]\npackages = ['attic']\n"
    )
    assert floors.forgotten() == ["pyproject.toml: `attic` is missing in tool.importlinter.root_packages"]


def test_a_channel_that_knows_another_channel_is_found(checkout: Path) -> None:
    for name in ("sms", "fax"):
        (checkout / "adapters" / name).mkdir(parents=True)
        (checkout / "adapters" / name / "manifest.toml").touch()
    (checkout / "adapters" / "registry.py").write_text("from adapters import contract, fax\n")
    (checkout / "adapters" / "sms" / "adapter.py").write_text("from ..fax import dial\nfrom .model import Sms\n")
    assert floors.crossings() == [
        "adapters/registry.py: imports the channel fax",
        "adapters/sms/adapter.py: imports the channel fax",
    ]


LOCKED = {"": {}, "node_modules/vue": {"version": "3"}, "node_modules/other-os": {"version": "1", "optional": True}}


@pytest.mark.parametrize(
    ("present", "enough"),
    [
        (None, False),
        ({"node_modules/vue": {"version": "3"}}, True),
        ({"node_modules/vue": {"version": "2"}}, False),
        ({"node_modules/other-os": {"version": "1"}}, False),
    ],
)
def test_npm_installs_only_what_differs_from_the_lock(
    present: dict[str, object] | None, enough: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "WEB", tmp_path)
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": LOCKED}))
    if present is not None:
        (tmp_path / "node_modules" / ".package-lock.json").write_text(json.dumps({"packages": present}))
    assert web.installed() is enough


def test_the_command_runs_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bin = tmp_path / ".venv" / "bin"
    bin.mkdir(parents=True)
    monkeypatch.setattr(python, "VENV", tmp_path / ".venv")
    python._command()
    asked = subprocess.run([bin / "yizhan", "--help"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "simulate" in asked.stdout
