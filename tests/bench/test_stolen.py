"""The part of the machine that others had is told beside a figure, where the system counts it."""

from pathlib import Path

from bench.stolen import Spent, between, spent


def test_the_eighth_field_of_the_line_of_all_cores_is_what_was_stolen(tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    stat.write_text("cpu  100 0 50 800 20 1 9 20 7 0\ncpu0 50 0 25 400 10 0 5 10 0 0\n")
    assert spent(stat) == Spent(all=1000, stolen=20)


def test_the_part_is_taken_of_the_time_between(tmp_path: Path) -> None:
    told = between(Spent(all=1000, stolen=20), Spent(all=3000, stolen=320))
    assert told == {"stolen %": 15.0}


def test_a_system_that_counts_nothing_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("cpu  100 0 50 800\n")
    assert spent(tmp_path / "none") is None
    assert spent(tmp_path / "old") is None
    assert between(None, Spent(all=1, stolen=1)) == {}
