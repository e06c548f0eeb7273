"""docs/dependencies.md names every direct dependency, in the version that is locked."""

from __future__ import annotations

import re
import tomllib

import pytest

from tools.stamp import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
WANTED = {"run": PROJECT["project"]["dependencies"], "dev": PROJECT["dependency-groups"]["dev"]}
ROW = re.compile(r"^\| ([a-z0-9-]+) \| ([^ |]+) \|", re.MULTILINE)
DESCRIBED = dict(ROW.findall((ROOT / "docs" / "dependencies.md").read_text()))


def name_of(requirement: str) -> str:
    """The normalised name at the head of a requirement."""
    return re.split(r"[\[<>=;~! ]", requirement)[0].lower().replace("_", "-")


@pytest.mark.parametrize("level", ["run", "dev"])
def test_every_direct_dependency_is_described_in_its_locked_version(level: str) -> None:
    lock = (ROOT / "requirements" / f"{level}.lock").read_text()
    locked = dict(re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==([^ ]+)", lock, re.MULTILINE))
    for requirement in WANTED[level]:
        name = name_of(requirement)
        assert DESCRIBED.get(name) == locked[name], f"{name} in docs/dependencies.md"
