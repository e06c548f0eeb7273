"""Every expression of the tables, and the ones that were written before the grammars, with its value."""

from typing import Any

import pytest

from bots.nlu.entities.finders import KINDS
from tests.bots.entities.saying import found, rows, value

TABLES = ("times.txt", "numbers.txt", "money.txt", "contacts.txt", "papers.txt", "addresses.txt")
ROWS = [row for name in TABLES for row in rows(name)]


@pytest.mark.parametrize(("kind", "text", "wanted"), ROWS, ids=lambda part: str(part)[:40])
def test_an_expression_has_its_value(kind: str, text: str, wanted: Any) -> None:
    got = value(kind, text)
    if kind == "money" and got:
        got = f"{got['amount']} {got['currency']}"
    assert got == wanted


def test_the_tables_are_as_large_as_they_promise_and_name_every_kind() -> None:
    counts = {kind: sum(row[0] == kind for row in ROWS) for kind in KINDS}
    assert counts["date"] + counts["time"] + counts["duration"] >= 150
    assert counts["number"] >= 60
    assert counts["money"] >= 40
    assert min(counts.values()) >= 20


@pytest.mark.parametrize("name", ["heldout.txt", "heldout_again.txt"])
def test_expressions_written_apart_from_the_grammars_are_understood(name: str) -> None:
    told = rows(name)
    wrong = [(kind, text, wanted) for kind, text, wanted in told if value(kind, text) != wanted]
    assert len(wrong) <= 0.05 * len(told), wrong


@pytest.mark.parametrize(
    ("language", "value"), [("zh", "2026-05-12"), ("en", "2026-05-12"), ("en-GB", "2026-12-05"), ("de", "2026-12-05")]
)
def test_figures_with_strokes_follow_the_language_of_the_bot(language: str, value: str) -> None:
    assert found("date", "5/12/2026", language)[0].value == value
