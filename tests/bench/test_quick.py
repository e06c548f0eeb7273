"""`python -m bench --quick`: every figure is made, next to its floor; how good they are is no matter here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench.__main__ import FIGURES

ROOT = Path(__file__).resolve().parents[2]


def quick(tmp_path: Path, *names: str) -> tuple[str, list[dict[str, Any]]]:
    """Run the quick form; returns what it printed and the figures it wrote."""
    written = tmp_path / "bench.json"
    command = [sys.executable, "-m", "bench", "--quick", "--json", str(written), *names]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)
    assert ended.returncode == 0, ended.stderr[-3000:]
    told = msgspec.json.decode(written.read_bytes())
    assert told["quick"] is True
    return ended.stdout, told["figures"]


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_can_be_made(name: str, tmp_path: Path) -> None:
    printed, figures = quick(tmp_path, name)
    assert figures
    for figure in figures:
        assert figure["value"] > 0
        assert figure["floor"] > 0
        assert figure["name"].split(",")[0] in printed


def test_an_unknown_figure_is_named(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "bench", "speed"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert "no such figure: speed" in ended.stderr
