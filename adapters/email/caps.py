"""How many automatic mails one address gets within an hour: what ends a loop that no header shows.

The other help desk may say nothing of being a machine. So what a machine of ours wrote is counted by address, in the
marks of the inbox: the count survives a restart and holds for all processes. Two processes that send at one instant may
both see room for the last one. Marks are 256, each for a share of the addresses, and forget what is older than an hour.
"""

import asyncio
import hashlib
from datetime import datetime, timedelta

import msgspec

from adapters.setup import Setup
from hub.errors import Refused

HOUR = timedelta(hours=1)
QUIET = "!"
Ledger = dict[str, dict[str, float]]


class Caps:
    """The brake of one inbox. `most` an hour and address."""

    def __init__(self, setup: Setup, most: int) -> None:
        self._setup = setup
        self._most = most
        self._lock = asyncio.Lock()

    async def spend(self, message: str, addresses: tuple[str, ...]) -> None:
        """Count one automatic mail to each, once however often it is tried.

        Raises `Refused` when one of them has had enough, and counts none then.
        """
        async with self._lock:
            for address in addresses:
                mark, key = _place(address)
                ledger = await self._ledger(mark)
                sent = ledger.get(key, {})
                if QUIET + key in ledger or (message not in sent and len(sent) >= self._most):
                    raise Refused(
                        "This address gets no more automatic mail for now",
                        hint="Answer by hand; the bound is `automatic_per_hour`.",
                    )
            for address in addresses:
                await self._note(address, message)

    async def hush(self, address: str) -> None:
        """Send the address no automatic mail for an hour: it has asked so (X-Auto-Response-Suppress)."""
        async with self._lock:
            await self._note(address, "asked", QUIET)

    async def _note(self, address: str, message: str, sign: str = "") -> None:
        mark, key = _place(address)
        ledger = await self._ledger(mark)
        ledger.setdefault(sign + key, {}).setdefault(message, self._now.timestamp())
        await self._setup.lent_marks.set(mark, msgspec.json.encode(ledger).decode())

    async def _ledger(self, mark: str) -> Ledger:
        """Return what was sent within the hour."""
        kept = await self._setup.lent_marks.get(mark)
        oldest = (self._now - HOUR).timestamp()
        try:
            read = msgspec.json.decode(kept, type=Ledger) if kept else {}
        except ValueError:
            return {}
        recent = {key: {one: at for one, at in sent.items() if at > oldest} for key, sent in read.items()}
        return {key: sent for key, sent in recent.items() if sent}

    @property
    def _now(self) -> datetime:
        return self._setup.clock.now()


def _place(address: str) -> tuple[str, str]:
    """Return the mark that holds the address, and its name there: no address is kept in the clear."""
    digest = hashlib.sha256(address.lower().encode()).hexdigest()
    return f"auto:{digest[:2]}", digest[:16]
