"""`yizhan simulate routing`: the table, the JSON, and what it says of a bad file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from typer.testing import CliRunner, Result

from server.__main__ import app

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["simulate", *map(str, arguments)])


def test_policies_are_printed_side_by_side() -> None:
    found = run("routing", "small", "--seeds", "1", "--policy", "index", "--policy", "fifo")
    assert found.exit_code == 0, found.stderr
    heading, *lines = found.stdout.splitlines()
    assert heading.split()[0] == "policy"
    assert [line.split()[0] for line in lines] == ["index", "fifo"]
    assert len({len(line) for line in (heading, *lines)}) == 1, "it is a table"


def test_everything_is_there_as_json() -> None:
    found = run("routing", "small", "--seeds", "2,3", "--policy", "index", "--json")
    told = json.loads(found.stdout)
    assert (told["scenario"], [one["seed"] for one in told["results"]]) == ("small", [2, 3])
    assert set(told["results"][0]["queues"]) == {"gas", "water", "letters"}
    assert told["lines"][0]["mean_wait"] > 0


def test_a_bad_file_is_told_with_its_field(tmp_path: Path) -> None:
    file = tmp_path / "day.toml"
    file.write_text("seconds = 10\n[queues.q]\ntarget = -1\n", encoding="utf-8")
    found = run("routing", file)
    assert found.exit_code == 1
    assert found.stdout == ""
    assert "day.toml: " in found.stderr
    assert "queues[...].target" in found.stderr


def test_what_cannot_be_read_or_asked_for(tmp_path: Path) -> None:
    assert "Shipped scenarios: hard, small" in run("routing", tmp_path / "none.toml").stderr
    assert "Shipped scenarios: hard, small" in run("routing", "../hard").stderr
    (tmp_path / "latin.toml").write_bytes(b"name = '\xe9'")
    assert "cannot be read" in run("routing", tmp_path / "latin.toml").stderr
    assert "no such policy" in run("routing", "small", "--policy", "best").stderr
    assert "whole numbers" in run("routing", "small", "--seeds", "one").stderr
    assert "below nothing" in run("routing", "small", "--seeds", "-3").stderr


def test_a_channel_is_still_named_without_more_ado() -> None:
    found = run("pigeon")
    assert found.exit_code == 1
    assert "no simulator of this channel" in found.stderr
    assert run("channel", "pigeon").stderr == found.stderr
