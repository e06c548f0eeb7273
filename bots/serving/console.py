"""The console: one sentence to one version of a bot, told with everything it thought. It changes nothing anywhere."""

from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct

from bots.serving.rows import VersionRow
from hub.model import Part


class StepTaken(Struct, frozen=True, kw_only=True):
    """What the bot did, why, and which file and line say so."""

    action: str
    why: str
    place: str


class Tried(Struct, frozen=True, kw_only=True):
    """What was understood (Rasa's `/model/parse`), said and done. `handoff` is the reason a person would take over."""

    parse: dict[str, Any]
    said: tuple[Part, ...]
    steps: tuple[StepTaken, ...]
    slots: dict[str, Any]
    active_form: str | None
    tracker: str
    handoff: str | None


class Console(Protocol):
    """Lets designers speak to a version that may not be live."""

    async def say(self, version: VersionRow, text: str, tracker: str, at: datetime) -> Tried:
        """Say it; `tracker` is what the answer before gave back, or nothing."""
        ...
