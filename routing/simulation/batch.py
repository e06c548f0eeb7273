"""The reference that policies are held against: once a second, the best assignment of all who wait to all who are free.

It sees everything at once, is bound by no order of arrival, and is too slow to route by. Nobody is given more than one
a second; overflow steps, sticky people and caps are not its matter. The assignment is the linear one of
`scipy.optimize.linear_sum_assignment`, its price what is at stake by the rules that it is given.
"""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

from routing.board import Pair, Turn
from routing.policy.fit import room, suits
from routing.policy.needs import Item, Needs
from routing.policy.order import Rules, Stake
from routing.policy.queues import Ending, Queue
from routing.policy.workers import Craft, Standing, Worker

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEVER = 1e9
"""The price of a pair that cannot be."""

FLEXIBLE = 0.02
"""The price of one skill more, beside an index of 1 at the moment a target of weight 1 is missed."""


class Batch:
    """A router in the simulator's sense."""

    def __init__(self, rules: Rules, queues: Mapping[str, Queue], every: float = 1.0) -> None:
        self._rules = rules
        self._queues = queues
        self._every = every
        self._waiting: dict[str, Item] = {}
        self._workers: dict[str, Worker] = {}
        self._free: dict[str, Worker] = {}
        self._held: dict[str, dict[str, int]] = {}
        self._given: dict[str, tuple[str, str]] = {}
        self._known: dict[object, Stake] = {}
        self._needs: dict[Needs, int] = {}
        self._crafts: dict[Craft, int] = {}
        self._needs_of: dict[str, int] = {}
        self._craft_of: dict[str, int] = {}
        self._flexible: list[int] = []
        self._table = np.zeros((0, 0), dtype=np.bool_)
        self._next: float | None = None
        self._changed = False

    def join(self, item: Item, at: float) -> Ending | None:
        """Let somebody wait."""
        self._needs_of[item.id] = self._needs.setdefault(item.needs, len(self._needs))
        self._waiting[item.id] = item
        self._wake(at)
        return None

    def leave(self, id: str) -> bool:
        """Forget somebody."""
        return self._waiting.pop(id, None) is not None

    def seat(self, worker: Worker, at: float) -> None:
        """Take somebody in."""
        self._craft_of[worker.id] = self._crafts.setdefault(worker.craft, len(self._crafts))
        self._workers[worker.id] = worker
        self._held[worker.id] = dict(worker.held)
        self._look(worker.id)
        self._wake(at)

    def done(self, id: str) -> None:
        """Free the place of an item."""
        agent, kind = self._given.pop(id)
        self._held[agent][kind] -= 1
        self._look(agent)
        self._changed = True

    def next_due(self) -> float | None:
        """Return the next whole second, when something changed."""
        return self._next

    def tick(self, at: float) -> Turn:
        """Assign, on the whole second."""
        if self._changed:
            self._wake(at)
        if self._next is None or at < self._next:
            return Turn([], [])
        self._next = None
        return Turn(self._assigned(at), [])

    def _wake(self, at: float) -> None:
        self._changed = False
        if self._next is None:
            self._next = (math.floor(at / self._every) + 1) * self._every

    def _look(self, agent: str) -> None:
        worker = self._workers[agent]
        if worker.standing is Standing.READY and self._has_room(worker, "chat"):
            self._free[agent] = worker
        else:
            self._free.pop(agent, None)

    def _has_room(self, worker: Worker, kind: str) -> bool:
        return room(kind, self._held[worker.id], worker.capacity, worker.limits, self._rules.kinds) is None

    def _assigned(self, at: float) -> list[Pair]:
        items, workers = list(self._waiting.values()), list(self._free.values())
        if not items or not workers:
            return []
        able = self._able(items, workers)
        rows, columns = np.flatnonzero(able.any(axis=1)), np.flatnonzero(able.any(axis=0))
        if not len(rows):
            return []
        items, workers = [items[row] for row in rows], [workers[column] for column in columns]
        able = able[np.ix_(rows, columns)]
        price = self._price(items, workers, able, at)
        return [
            self._pair(items[row], workers[column], at)
            for row, column in zip(*linear_sum_assignment(price), strict=True)
            if able[row, column]
        ]

    def _able(self, items: list[Item], workers: list[Worker]) -> "NDArray[np.bool_]":
        if self._table.shape != (len(self._needs), len(self._crafts)):
            suited = [[suits(needs, craft) is None for craft in self._crafts] for needs in self._needs]
            self._table = np.array(suited, dtype=np.bool_)
            self._flexible = [craft.flexibility for craft in self._crafts]
        rows = np.array([self._needs_of[item.id] for item in items], dtype=np.intp)
        columns = np.array([self._craft_of[worker.id] for worker in workers], dtype=np.intp)
        return self._table[np.ix_(rows, columns)]

    def _price(
        self, items: list[Item], workers: list[Worker], able: "NDArray[np.bool_]", at: float
    ) -> "NDArray[np.float64]":
        """Return what each pair costs: the less, the more is at stake and the less flexible the person."""
        stakes = np.array(
            [self._stake(item).score(at - item.since) * self._queues[item.queue].handle for item in items]
        )
        flexible = np.array([self._flexible[self._craft_of[worker.id]] for worker in workers])
        price = FLEXIBLE * flexible[None, :] - stakes[:, None]
        return np.where(able, price, NEVER)

    def _stake(self, item: Item) -> Stake:
        key = (item.queue, item.priority, item.vip, item.needs.bulk)
        if key not in self._known:
            queue = self._queues[item.queue]
            self._known[key] = Stake(self._rules, queue, item.priority, item.vip, bulk=item.needs.bulk)
        return self._known[key]

    def _pair(self, item: Item, worker: Worker, at: float) -> Pair:
        del self._waiting[item.id]
        self._given[item.id] = worker.id, item.needs.kind
        held = self._held[worker.id]
        held[item.needs.kind] = held.get(item.needs.kind, 0) + 1
        self._look(worker.id)
        return Pair(item, worker.id, at - item.since, 0)
