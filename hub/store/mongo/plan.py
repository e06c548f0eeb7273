"""The proof that a query is served by an index: ours by rule, the server's by its own plan."""

import json
from typing import Any

from pymongo.asynchronous.collection import AsyncCollection

from hub.store.mongo.codec import Raw
from hub.store.mongo.query import Query
from hub.store.serving import unindexed


class Plans:
    """Asks once for every kind of query."""

    def __init__(self) -> None:
        self._proved: set[str] = set()

    async def check(self, target: AsyncCollection[Raw], made: Query) -> None:
        """Raise `Unindexed` when no declared index serves the query, or the server scans all the same."""
        kind = f"{target.name} {_shape(made.filter)} {made.sort}"
        if kind in self._proved:
            return
        if made.hint is None:
            raise unindexed(target.name, (), (), filter=made.filter, sort=made.sort)
        stages = _stages(await self.winning(target, made))
        if "COLLSCAN" in stages:
            raise unindexed(target.name, (), (), filter=made.filter, sort=made.sort, plan=stages)
        self._proved.add(kind)

    async def winning(self, target: AsyncCollection[Raw], made: Query) -> Raw:
        """Return the plan that the server chose."""
        cursor = target.find(made.filter, sort=made.sort or None, limit=50, hint=made.hint)
        plan: Raw = (await cursor.explain())["queryPlanner"]["winningPlan"]
        return plan


def _stages(plan: Any) -> list[str]:
    """Every stage named anywhere in a plan: their nesting differs between servers and versions."""
    if isinstance(plan, dict):
        own = [plan["stage"]] if isinstance(plan.get("stage"), str) else []
        return own + [stage for value in plan.values() for stage in _stages(value)]
    if isinstance(plan, list):
        return [stage for value in plan for stage in _stages(value)]
    return []


def _shape(filter: Any) -> str:
    """A filter without its values."""
    if isinstance(filter, dict):
        return json.dumps({name: _shape(value) for name, value in filter.items()})
    return "?"
