"""How much of the machine was given to others while something was measured; a figure of a shared machine says it.

The fields of the line `cpu` in /proc/stat: https://man7.org/linux/man-pages/man5/proc_stat.5.html
"""

from pathlib import Path

from msgspec import Struct

STAT = Path("/proc/stat")
STEAL = 7
"""Place of `steal` in the line; the two after it are counted in the first two already."""


class Spent(Struct, frozen=True, kw_only=True):
    """Clock ticks of all cores since the machine started."""

    all: int
    stolen: int


def spent(stat: Path = STAT) -> Spent | None:
    """Return the ticks until now; None where the system does not count them."""
    if not stat.exists():
        return None
    ticks = [int(word) for word in stat.read_text().splitlines()[0].split()[1 : STEAL + 2]]
    return Spent(all=sum(ticks), stolen=ticks[STEAL]) if len(ticks) > STEAL else None


def between(before: Spent | None, after: Spent | None) -> dict[str, float]:
    """Return the part that others had, in per cent, as a fact of a figure; nothing where nobody counted."""
    if before is None or after is None or after.all == before.all:
        return {}
    return {"stolen %": 100 * (after.stolen - before.stolen) / (after.all - before.all)}
