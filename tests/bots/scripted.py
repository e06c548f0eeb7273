"""A bot that does what a test tells it: answers by what it hears, and remembers every turn it was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bots.contract import Answer, Say, Triggers, Turn
from hub.model import Text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from bots.contract import Reaction
    from hub.model import Part


def say(body: str) -> Say:
    """Return one sentence."""
    return Say(parts=(Text(body=body),))


class Scripted:
    """`script` maps what is heard (of a reminder: `!` and its intent) to an answer or to reactions.

    Anything else is echoed. `before` runs while it thinks.
    """

    name = "Scripted"

    def __init__(
        self, script: Mapping[str, Answer | Sequence[Reaction]] | None = None, *, triggers: Triggers | None = None,
        before: Callable[[Turn], Awaitable[None]] | None = None,
    ) -> None:  # fmt: skip
        self.script = dict(script or {})
        self.triggers = triggers or Triggers()
        self.before = before
        self.turns: list[Turn] = []

    async def answer(self, turn: Turn) -> Answer:
        """Answer by the script."""
        self.turns.append(turn)
        if self.before is not None:
            await self.before(turn)
        heard = f"!{turn.reminder.intent}" if turn.reminder is not None else turn.text
        found = self.script.get(heard, (say(f"echo {heard}"),))
        return found if isinstance(found, Answer) else Answer(reactions=tuple(found), memory=turn.memory)

    def greeting(self, language: str) -> Sequence[Part]:
        """Say nothing."""
        return ()

    def excuse(self, language: str) -> Sequence[Part]:
        """Excuse itself."""
        return (Text(body="sorry"),)
