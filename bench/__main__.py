"""`python -m bench [figure ...] [--quick] [--json PATH]`: measure, print the table, write the JSON."""

import argparse
import importlib
import sys
from pathlib import Path

from msgspec import structs

from bench import stolen, table
from bench.figure import Figure
from bench.plan import FULL, QUICK, Plan

FIGURES = (
    "ingest",
    "hooks",
    "weixin",
    "mail",
    "live",
    "latest",
    "views",
    "api",
    "search",
    "sockets",
    "start",
    "understanding",
    "turns",
    "assignments",
    "bots",
    "routing",
    "timers",
)
PATH = Path(__file__).resolve().parent.parent / ".artifacts" / "bench.json"


def main() -> int:
    """Measure what was asked for; 1 when a goal is missed in a full run."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("figures", nargs="*", metavar="figure", help=f"of {', '.join(FIGURES)}; all without")
    parser.add_argument("--quick", action="store_true", help="small sizes: shows that it runs, and proves nothing")
    parser.add_argument("--json", type=Path, default=PATH, help="where the JSON goes")
    given = parser.parse_args()
    unknown = [name for name in given.figures if name not in FIGURES]
    if unknown:
        parser.error(f"no such figure: {', '.join(unknown)}; there are {', '.join(FIGURES)}")
    plan = QUICK if given.quick else FULL
    measured = list[Figure]()
    for name in given.figures or FIGURES:
        measured += _measured(name, plan)
    table.show(measured)
    table.write(measured, given.json, quick=plan.quick)
    return int(not plan.quick and any(figure.met is False for figure in measured))


def _measured(name: str, plan: Plan) -> list[Figure]:
    before = stolen.spent()
    figures: list[Figure] = importlib.import_module(f"bench.{name}").measure(plan)
    facts = stolen.between(before, stolen.spent())
    return [structs.replace(figure, facts={**figure.facts, **facts}) for figure in figures]


if __name__ == "__main__":
    sys.exit(main())
