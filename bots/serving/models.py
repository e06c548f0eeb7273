"""Trained bots in the memory of one process, by what is in them: what is loaded already is not loaded twice.

live bots hold their model; the latest few stay besides, so that a publication can be rolled back without loading.
"""

import asyncio
from collections import OrderedDict
from weakref import WeakValueDictionary

from bots.serving.keeping import Chest
from bots.trained import Trained, unpack

KEPT = 4
"""Models that stay although nobody may be using them."""


class Models:
    """Loads models. A model is immutable, so any number of bots may answer from one.

    Its bytes are fetched and checked every time: a file that was changed is found before it is published, not when
    the next process starts.
    """

    def __init__(self, chest: Chest, *, kept: int = KEPT) -> None:
        self._chest = chest
        self._most = kept
        self._used: WeakValueDictionary[str, Trained] = WeakValueDictionary()
        self._kept: OrderedDict[str, Trained] = OrderedDict()
        self._one: dict[str, asyncio.Lock] = {}

    async def get(self, hash: str) -> Trained:
        """Return the model of that content; raises `NotFound`, `Invalid`, `Malformed`."""
        data = await self._chest.bring(hash)
        async with self._one.setdefault(hash, asyncio.Lock()):
            found = self._used.get(hash)
            if found is None:
                found = self._used[hash] = await asyncio.to_thread(unpack, data)
        self._keep(hash, found)
        return found

    @property
    def loaded(self) -> int:
        """Return how many are in memory."""
        return len(self._used)

    def _keep(self, hash: str, model: Trained) -> None:
        self._kept[hash] = model
        self._kept.move_to_end(hash)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        for gone in [one for one, lock in self._one.items() if one not in self._used and not lock.locked()]:
            del self._one[gone]
