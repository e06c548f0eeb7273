"""The matrix of channels says what the manifests say."""

from __future__ import annotations

import pytest

from adapters.manifest import Manifest
from adapters.registry import find
from tools.channels import written

CARDS = find(installed=False).manifests
PAGE = written()


@pytest.mark.parametrize("card", CARDS, ids=lambda card: str(card.name))
def test_a_channel_has_its_row_in_every_table(card: Manifest) -> None:
    rows = [line for line in PAGE.splitlines() if f"(`{card.name}`)" in line]
    assert len(rows) == 3
    carried = rows[0].split(" | ")[1:]
    assert carried.count("●") + carried[-1].count("● |") == len([tag for tag in card.carries if tag != "notice"])


def test_windows_read_as_people_say_them() -> None:
    assert "5 in 48 h after message" in PAGE
    assert "3 in 60 s after menu, follow, scan" in PAGE
