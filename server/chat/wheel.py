"""One heartbeat for every socket of the process: a wheel of as many slots as a beat has seconds, one slot a second.

A timer a socket would be ten thousand timers; this is one, and the pings are spread evenly.
"""

from typing import Protocol

SLOTS = 25


class Beaten(Protocol):
    """Whatever is asked from time to time whether it is still there."""

    async def beat(self) -> None:
        """Ask; let go when the last question got no answer."""
        ...


class Wheel:
    """Who is asked when."""

    def __init__(self, slots: int = SLOTS) -> None:
        self._slots: list[dict[Beaten, None]] = [{} for _ in range(slots)]
        self._place: dict[Beaten, int] = {}
        self._next = 0

    @property
    def slots(self) -> int:
        """Count the slots."""
        return len(self._slots)

    def __len__(self) -> int:
        """Count those on the wheel."""
        return len(self._place)

    def add(self, one: Beaten) -> None:
        """Put it into the slot that was just turned past: its first question is a whole beat away."""
        slot = (self._next - 1) % len(self._slots)
        self._slots[slot][one] = None
        self._place[one] = slot

    def remove(self, one: Beaten) -> None:
        """Take it off."""
        slot = self._place.pop(one, None)
        if slot is not None:
            self._slots[slot].pop(one, None)

    async def turn(self) -> None:
        """Ask those in the next slot. Called once a second."""
        slot = self._slots[self._next]
        self._next = (self._next + 1) % len(self._slots)
        for one in tuple(slot):
            try:
                await one.beat()
            except ConnectionError:
                self.remove(one)
