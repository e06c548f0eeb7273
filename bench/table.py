"""The figures as a table for people and as JSON for comparisons."""

import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from bench.figure import Figure


def show(figures: Sequence[Figure]) -> None:
    """Print one line for each figure."""
    table = Table(title="bench", title_justify="left")
    for heading in ("figure", "value", "floor", "goal", "", "also"):
        table.add_column(heading)
    for figure in figures:
        table.add_row(
            figure.name, f"{_short(figure.value)} {figure.unit}", f"{_short(figure.floor)} ({figure.floor_name})",
            _goal(figure), {True: "met", False: "NOT MET", None: ""}[figure.met],
            ", ".join(f"{name} {_short(value)}" for name, value in figure.facts.items()),
        )  # fmt: skip
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def write(figures: Sequence[Figure], path: Path, *, quick: bool) -> None:
    """Write everything that was measured, and where."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        msgspec.json.format(
            msgspec.json.encode(
                {
                    "at": datetime.now(UTC),
                    "quick": quick,
                    "machine": {
                        "system": platform.system(),
                        "cpus": os.cpu_count(),
                        "python": platform.python_version(),
                    },
                    "figures": [{**msgspec.to_builtins(figure), "met": figure.met} for figure in figures],
                }
            )
        )
    )


def _goal(figure: Figure) -> str:
    if figure.goal is None:
        return ""
    sign = "<=" if figure.better == "lower" else ">="
    if figure.of_floor:
        return f"{sign} {figure.goal:.0%} of the floor: {figure.judged:.0%}"
    return f"{sign} {_short(figure.goal)}"


def _short(value: float) -> str:
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.2f}"
