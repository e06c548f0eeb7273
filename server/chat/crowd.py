"""Who is looking at a chat on this process: open sockets and waiting polls, found by visitor or by conversation."""

from typing import Protocol

from adapters.webchat.protocol import ServerFrame


class Listener(Protocol):
    """One open window. `wake` says: look again; `show` hands over something that passes and is kept nowhere."""

    @property
    def visitor(self) -> str:
        """Whose window it is."""
        ...

    @property
    def conversation(self) -> str:
        """What it shows, or nothing yet."""
        ...

    @property
    def waiting(self) -> bool:
        """Whether its conversation stands in a queue."""
        ...

    def wake(self) -> None:
        """Look into the store again, soon."""
        ...

    def show(self, frame: ServerFrame) -> None:
        """Show this if it can be shown at once; else drop it."""
        ...

    async def close(self, code: int, reason: str = "") -> None:
        """Let go of the window."""
        ...


class Crowd:
    """Every listener of this process. One tuple a visitor: nearly all have exactly one window."""

    def __init__(self) -> None:
        self._here: dict[str, tuple[Listener, ...]] = {}
        self._threads: dict[str, str] = {}

    def __len__(self) -> int:
        """Count the listeners."""
        return sum(map(len, self._here.values()))

    def join(self, listener: Listener) -> None:
        """Let the listener hear."""
        self._here[listener.visitor] = (*self._here.get(listener.visitor, ()), listener)
        self.settle(listener)

    def settle(self, listener: Listener) -> None:
        """Note which conversation the listener shows now."""
        if listener.conversation:
            self._threads[listener.conversation] = listener.visitor

    def leave(self, listener: Listener) -> None:
        """Forget the listener."""
        left = tuple(other for other in self._here.get(listener.visitor, ()) if other is not listener)
        if left:
            self._here[listener.visitor] = left
            return
        self._here.pop(listener.visitor, None)
        self._threads.pop(listener.conversation, None)

    def wake(self, visitor: str) -> None:
        """Let every window of a visitor look again."""
        for listener in self._here.get(visitor, ()):
            listener.wake()

    def wake_thread(self, conversation: str) -> None:
        """Let every window that shows this conversation look again."""
        self.wake(self._threads.get(conversation, ""))

    def show(self, visitor: str, frame: ServerFrame) -> None:
        """Show something passing in every window of a visitor."""
        for listener in self._here.get(visitor, ()):
            listener.show(frame)

    def visitor_of(self, conversation: str) -> str | None:
        """Return whose conversation it is, when a window here shows it."""
        return self._threads.get(conversation)

    def windows(self, visitor: str) -> int:
        """Count the windows of one visitor."""
        return len(self._here.get(visitor, ()))

    def everybody(self) -> list[Listener]:
        """Return all of them."""
        return [listener for listeners in self._here.values() for listener in listeners]

    def wake_all(self) -> None:
        """Let everybody look again: hints were lost."""
        for listener in self.everybody():
            listener.wake()

    def wake_queue(self) -> None:
        """Let those look again who stand in a queue: somebody before them may have gone."""
        for listener in self.everybody():
            if listener.waiting:
                listener.wake()
