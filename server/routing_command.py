"""`yizhan simulate routing SCENARIO`: policies compared on the traffic of a file, before one of them routes anybody.

What is wrong with a scenario is told with its field, on standard error, and ends the command with 1.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from hub.errors import HubError, Invalid

if TYPE_CHECKING:
    from routing.simulation.comparison import Comparison
    from routing.simulation.scenario import Scenario

SHIPPED = Path(__file__).resolve().parent.parent / "routing" / "simulation" / "scenarios"


def simulate_routing(
    scenario: Annotated[str, typer.Argument(help="A TOML file, or the name of a shipped scenario (hard, small).")],
    policy: Annotated[list[str] | None, typer.Option(help="Only this policy of the scenario; repeat it.")] = None,
    seeds: Annotated[str, typer.Option(help="Days to draw, as numbers with commas; by default the scenario's.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print every day and queue as JSON.")] = False,
) -> None:
    """Compare routing policies on traffic: waits, misses, who leaves, how busy and how fair."""
    try:
        from routing.simulation.comparison import compare

        read = _scenario(scenario)
        comparison = compare(read, policies=policy or (), seeds=_seeds(seeds), tell=_tell)
    except HubError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(msgspec.json.encode(comparison).decode() if as_json else "\n".join(lines(comparison)))


def lines(comparison: "Comparison") -> list[str]:
    """Return the table: a heading, and a line for each policy."""
    from routing.simulation.comparison import HEADINGS, table

    rows = [HEADINGS, *table(comparison)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return ["  ".join(map(_padded, row, widths, (True, *[False] * len(row)))) for row in rows]


def _padded(cell: str, width: int, left: bool) -> str:
    return cell.ljust(width) if left else cell.rjust(width)


def _scenario(name: str) -> "Scenario":
    from routing.simulation.reading import read

    path, shipped = Path(name), SHIPPED / f"{name}.toml"
    if not path.suffix and not path.exists() and shipped.parent == SHIPPED and shipped.is_file():
        path = shipped
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join(sorted(one.stem for one in SHIPPED.glob("*.toml")))
        raise Invalid(f"{path} cannot be read", reason=str(error), hint=f"Shipped scenarios: {known}.") from error
    return read(text, path=path.name)


def _seeds(given: str) -> tuple[int, ...]:
    try:
        seeds = tuple(int(word) for word in given.split(",") if word.strip())
    except ValueError as error:
        raise Invalid("Seeds are whole numbers with commas between", path="--seeds", given=given) from error
    if any(seed < 0 for seed in seeds):
        raise Invalid("A seed is not below nothing", path="--seeds", given=given)
    return seeds


def _tell(done: str) -> None:
    """Show how far it is, where somebody looks."""
    if sys.stderr.isatty():
        typer.echo(done, err=True)
