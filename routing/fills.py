"""How full somebody is, as states with moves between them: counted once, looked up ever after. Used by the seats."""

from collections.abc import Iterable, Mapping

from routing.policy.fit import room
from routing.policy.kinds import ChannelKind, units_held


class Fill:
    """What people of one capacity hold, by kind. `rooms` says of each kind whether there is room, `open` of any."""

    __slots__ = ("_book", "held", "less", "load", "more", "open", "rooms")

    def __init__(self, book: "Fills", held: Mapping[str, int]) -> None:
        self._book = book
        self.held = held
        self.rooms = book.rooms(held)
        self.open = any(self.rooms.values())
        self.load = book.load(held)
        self.more: dict[str, Fill] = {}
        self.less: dict[str, Fill] = {}

    def plus(self, kind: str) -> "Fill":
        """Return the state with one more of a kind."""
        found = self.more.get(kind)
        if found is None:
            found = self.more[kind] = self._book.of({**self.held, kind: self.held.get(kind, 0) + 1})
        return found

    def minus(self, kind: str) -> "Fill":
        """Return the state with one less of a kind; of nothing nothing can be taken."""
        found = self.less.get(kind)
        if found is None:
            found = self.less[kind] = self._book.of({**self.held, kind: max(0, self.held.get(kind, 0) - 1)})
        return found


class Fills:
    """The states of people of one capacity, with the same limits, who are asked for the same kinds of work."""

    __slots__ = ("_capacity", "_kinds", "_known", "_limits", "_ready", "_rules")

    def __init__(
        self, kinds: Iterable[str], rules: Mapping[str, ChannelKind], capacity: int, limits: Mapping[str, int],
        *, ready: bool,
    ) -> None:  # fmt: skip
        self._kinds = tuple(kinds)
        self._rules = rules
        self._capacity = capacity
        self._limits = limits
        self._ready = ready
        self._known: dict[frozenset[tuple[str, int]], Fill] = {}

    def of(self, held: Mapping[str, int]) -> Fill:
        """Return the state of holding this."""
        counted = {kind: count for kind, count in held.items() if count}
        key = frozenset(counted.items())
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Fill(self, counted)
        return found

    def rooms(self, held: Mapping[str, int]) -> dict[str, bool]:
        """Return for every kind whether there is room for one more."""
        return {
            kind: self._ready and room(kind, held, self._capacity, self._limits, self._rules) is None
            for kind in self._kinds
        }

    def load(self, held: Mapping[str, int]) -> float:
        """Return which part of the capacity is taken."""
        return units_held(held, self._rules) / max(1, self._capacity)
