"""Who looks at a conversation, in every process: told over the bus, repeated while it lasts, then forgotten."""

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from server.live.frames import Viewer

TOPIC = "live.company"
REPEAT = 20.0
LAPSE = 50.0
TYPES = 6.0


class There(Struct, frozen=True, kw_only=True):
    """Those who look at one conversation through one process; none when the last one left."""

    origin: str
    conversation: str
    users: tuple[Viewer, ...]


class Company:
    """Times are monotonic seconds. What changed is returned, so that the caller can tell it."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._here: dict[str, dict[str, Viewer]] = {}
        self._typing: dict[tuple[str, str], float] = {}
        self._elsewhere: dict[str, dict[str, tuple[tuple[Viewer, ...], float]]] = {}

    def here(self, conversation: str) -> There:
        """Return those of this process, to be published."""
        users = tuple(self._here.get(conversation, {}).values())
        return There(origin=self._origin, conversation=conversation, users=users)

    def all_here(self) -> list[There]:
        """Return every conversation somebody of this process looks at."""
        return [self.here(conversation) for conversation in self._here]

    def enter(self, conversation: str, user: str, name: str, *, listening: bool = False) -> None:
        """Somebody looks."""
        here = self._here.setdefault(conversation, {})
        if user not in here or here[user].listening != listening:
            here[user] = Viewer(id=user, name=name, listening=listening)

    def leave(self, conversation: str, user: str) -> None:
        """They look elsewhere."""
        users = self._here.get(conversation, {})
        users.pop(user, None)
        self._typing.pop((conversation, user), None)
        if not users:
            self._here.pop(conversation, None)

    def types(self, conversation: str, user: str, on: bool, now: float) -> bool:
        """They type or stop; returns whether that is news."""
        if on:
            self._typing[conversation, user] = now + TYPES
        else:
            self._typing.pop((conversation, user), None)
        return self._mark(conversation, user, typing=on)

    def drafts(self, conversation: str, user: str, on: bool) -> bool:
        """They have an unsent draft or not; returns whether that is news."""
        return self._mark(conversation, user, drafting=on)

    def hear(self, there: There, now: float) -> None:
        """Another process tells who is there."""
        if there.origin == self._origin:
            return
        known = self._elsewhere.setdefault(there.conversation, {})
        known[there.origin] = (there.users, now + LAPSE)
        if not there.users:
            self._drop(there.conversation, there.origin)

    def lapse(self, now: float) -> set[str]:
        """Forget what was not repeated in time; returns the conversations that changed, those of this process first."""
        changed = set()
        for (conversation, user), until in list(self._typing.items()):
            if until <= now and self.types(conversation, user, False, now):
                changed.add(conversation)
        for conversation, processes in list(self._elsewhere.items()):
            for origin, (_, until) in list(processes.items()):
                if until <= now:
                    self._drop(conversation, origin)
                    changed.add(conversation)
        return changed

    def viewers(self, conversation: str) -> tuple[Viewer, ...]:
        """Return everybody, each once, by name."""
        found: dict[str, Viewer] = {}
        for viewer in self._everybody(conversation):
            known = found.get(viewer.id)
            found[viewer.id] = Viewer(
                id=viewer.id, name=viewer.name,
                typing=viewer.typing or bool(known and known.typing),
                drafting=viewer.drafting or bool(known and known.drafting),
                listening=viewer.listening and (known is None or known.listening),
            )  # fmt: skip
        return tuple(sorted(found.values(), key=lambda viewer: (viewer.name, viewer.id)))

    def _everybody(self, conversation: str) -> Iterable[Viewer]:
        yield from self._here.get(conversation, {}).values()
        for users, _ in self._elsewhere.get(conversation, {}).values():
            yield from users

    def _mark(self, conversation: str, user: str, **flags: bool) -> bool:
        users = self._here.get(conversation, {})
        before = users.get(user)
        if before is None:
            return False
        users[user] = msgspec.structs.replace(before, **flags)
        return users[user] != before

    def _drop(self, conversation: str, origin: str) -> None:
        known = self._elsewhere.get(conversation, {})
        known.pop(origin, None)
        if not known:
            self._elsewhere.pop(conversation, None)
