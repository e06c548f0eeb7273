"""One user's events on this process, numbered without gaps; the newest are kept, so that a socket can resume. Pure."""

from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta

from accounts.actor import Actor
from hub.ids import new_id

KEPT = 1000
REMEMBERED = timedelta(minutes=5)


class Stream:
    """What every socket of one user is shown. `actor` decides what may be; it is replaced when role or teams change."""

    def __init__(self, actor: Actor) -> None:
        self.id = new_id()
        self.n = 0
        self.actor = actor
        self.sockets = 0
        self.left_at: datetime | None = None
        self._ring: deque[bytes] = deque(maxlen=KEPT)

    def add(self, body: bytes) -> None:
        """Append one encoded frame."""
        self.n += 1
        self._ring.append(body)

    def holds(self, n: int) -> bool:
        """Say whether everything after `n` is still here."""
        return self.n - len(self._ring) <= n <= self.n

    def after(self, n: int) -> bytes | None:
        """Return the frame that follows `n`, or None when there is none yet; ask `holds` first."""
        return self._ring[n - self.n + len(self._ring)] if n < self.n else None


class Streams:
    """The streams of this process by user; one nobody listens to any more is let go after a while."""

    def __init__(self) -> None:
        self._streams: dict[str, Stream] = {}

    def __iter__(self) -> Iterator[Stream]:
        """Give every stream."""
        return iter(tuple(self._streams.values()))

    def of(self, user: str) -> Stream | None:
        """Return the stream of a user, or None."""
        return self._streams.get(user)

    def join(self, actor: Actor) -> Stream:
        """Return the user's stream, made when there is none; one socket more listens."""
        stream = self._streams.setdefault(actor.user, Stream(actor))
        stream.actor = actor
        stream.sockets += 1
        return stream

    def leave(self, stream: Stream, at: datetime) -> None:
        """One socket less listens."""
        stream.sockets -= 1
        stream.left_at = at

    def forget(self, at: datetime) -> None:
        """Let go of the streams that nobody resumed in time."""
        for user, stream in list(self._streams.items()):
            if not stream.sockets and stream.left_at and at - stream.left_at > REMEMBERED:
                del self._streams[user]
