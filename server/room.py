"""A bound on what is worked on at once. It never waits: who does not fit hears so at once."""

from types import TracebackType

from hub.errors import Overloaded


class Room:
    """Counts those inside."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.inside = 0

    @property
    def full(self) -> bool:
        """Say whether one more would be too many."""
        return self.inside >= self.most

    def __enter__(self) -> "Room":
        """Come in; raises `Overloaded` when it is full."""
        if self.full:
            raise Overloaded("Too many at once", limit=self.most)
        self.inside += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Go out."""
        self.inside -= 1
