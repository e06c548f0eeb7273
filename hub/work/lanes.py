"""Whose turn it is: lanes wait in two queues, conversation before bulk, each lane once. Pure."""

from collections import OrderedDict

from hub.work.jobs import Rank

MOST = 20_000
"""Lanes that wait in memory, at most; the store holds the rest, and the sweeper brings them back."""

BULK_TURN = 8
"""Every eighth turn goes to bulk when both wait, so that neither stands still."""


class Lanes:
    """Lanes that wait, lanes in hand, and lanes that were woken while in hand."""

    def __init__(self, workers: int, bulk: int, most: int = MOST) -> None:
        """At most `workers` lanes in hand, of them at most `bulk` of rank bulk; at most `most` waiting."""
        self.missed = False
        """Whether a lane was turned away; whoever brings it back sets this to False."""
        self._most = most
        self._workers = workers
        self._bulk = bulk
        self._waiting: dict[Rank, OrderedDict[str, None]] = {rank: OrderedDict() for rank in Rank}
        self._in_hand: dict[str, Rank] = {}
        self._again: dict[str, Rank] = {}
        self._turn = 0

    def wake(self, lane: str, rank: Rank) -> None:
        """Let the lane have a turn; a lane in hand gets another after this one."""
        talk, bulk = self._waiting[Rank.TALK], self._waiting[Rank.BULK]
        if lane in self._in_hand:
            self._again[lane] = rank
        elif lane in talk or (lane in bulk and rank is Rank.BULK):
            return
        elif self.full and lane not in bulk:
            self.missed = True
        else:
            bulk.pop(lane, None)
            self._waiting[rank][lane] = None

    def take(self) -> str | None:
        """Take the lane whose turn it is in hand, or return None: nobody waits, or all hands are full."""
        if len(self._in_hand) >= self._workers:
            return None
        rank = self._whose()
        if rank is None:
            return None
        self._turn += 1
        lane, _ = self._waiting[rank].popitem(last=False)
        self._in_hand[lane] = rank
        return lane

    def leave(self, lane: str) -> bool:
        """Put the lane down; returns whether it waits for another turn, at the end of the queue."""
        self._in_hand.pop(lane)
        rank = self._again.pop(lane, None)
        if rank is not None:
            self.wake(lane, rank)
        return rank is not None

    def woken(self, lane: str) -> bool:
        """Say whether the lane in hand was woken since its turn began."""
        return lane in self._again

    def rank(self, lane: str) -> Rank:
        """Return the rank of a lane in hand."""
        return self._in_hand[lane]

    @property
    def room(self) -> int:
        """How many lanes could be taken in hand beyond those that wait already."""
        return self._workers - len(self._in_hand) - self.waiting

    @property
    def waiting(self) -> int:
        """How many lanes wait for their turn."""
        return sum(map(len, self._waiting.values()))

    @property
    def full(self) -> bool:
        """Say whether no other lane may wait."""
        return self.waiting >= self._most

    @property
    def roomy(self) -> bool:
        """Say whether it is worth while to look for lanes that found no room."""
        return self.waiting <= self._most // 2

    @property
    def in_hand(self) -> int:
        """How many lanes are worked on."""
        return len(self._in_hand)

    def _whose(self) -> Rank | None:
        talk, bulk = self._waiting[Rank.TALK], self._waiting[Rank.BULK]
        if bulk and sum(rank is Rank.BULK for rank in self._in_hand.values()) < self._bulk:
            return Rank.TALK if talk and self._turn % BULK_TURN != BULK_TURN - 1 else Rank.BULK
        return Rank.TALK if talk else None
