"""Which declared index serves a query. Pure: fields and tests only.

MongoDB gets the answer as a hint, so that every server walks the same index; tests demand that there is one.
"""

from collections.abc import Sequence

from hub.errors import HubError
from hub.store.port import Between, By, Eq, Has, In, Index, Missing, Prefix, Present, Test

PRIMARY = Index(("id",), unique=True)
Rank = tuple[int, int, int]


class Unindexed(HubError):
    """A query that no declared index serves: it would read or sort the whole collection."""

    code = "unindexed"


def unindexed(name: str, where: Sequence[Test], order: Sequence[By], **facts: object) -> Unindexed:
    """Make the error, with the hint what to declare."""
    hint = "Declare an Index that starts with the tested fields and goes on with the order."
    return Unindexed("No index serves this query", hint=hint, collection=name, where=where, order=order, **facts)


def serving(indexes: Sequence[Index], where: Sequence[Test], order: Sequence[By]) -> Index | None:
    """Return the index that finds the documents by its first fields and yields them in order, or None."""
    ranked = [(rank, number, index) for number, index in enumerate(indexes) if (rank := _rank(index, where, order))]
    return max(ranked, key=lambda entry: (entry[0], -entry[1]))[2] if ranked else None


def _rank(index: Index, where: Sequence[Test], order: Sequence[By]) -> Rank | None:
    """Tell how well an index serves: fields pinned, a range behind them, tests it has built in. None: not at all."""
    rest = set(where) - set(index.where)
    if len(rest) != len(set(where)) - len(index.where) or not _walks_array(index, rest):
        return None
    steps = [step.field for step in order]
    pinned = {test.field for test in where if isinstance(test, Eq | Missing)}
    steps = [field for field in steps if field not in pinned]
    pinned |= {test.field for test in where if isinstance(test, In) and test.field not in steps} | {index.many or ""}
    depth = next((n for n, field in enumerate(index.fields) if field not in pinned), len(index.fields))
    following = index.fields[depth : depth + max(1, len(steps))]
    if steps and following != tuple(steps):
        return None
    ranged = any(isinstance(test, Between | Prefix | In | Present) and test.field in following[:1] for test in rest)
    if depth == 0 and not ranged and rest:
        return None
    if depth == 0 and not ranged and not steps and not index.where and where:
        return None
    return depth, int(ranged), len(index.where)


def _walks_array(index: Index, rest: set[Test]) -> bool:
    return index.many is None or any(
        isinstance(test, Has) and test.field == index.many and test.values for test in rest
    )
