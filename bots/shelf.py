"""The bots that are there to answer: one file each, found by its name; a broken file never stops the others."""

from collections.abc import Mapping
from pathlib import Path

import structlog

from bots.contract import Bot
from bots.definition import load
from bots.faq import FaqBot
from hub.errors import Invalid

LIBRARY = Path(__file__).parent / "library"

_log = structlog.get_logger(__name__)


def stock(*folders: Path) -> Mapping[str, Bot]:
    """Load every `*.yml` of the folders; the file's stem is the bot's id, and a later folder wins."""
    bots: dict[str, Bot] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.yml")):
            try:
                bots[path.stem] = FaqBot(load(path))
            except Invalid as error:
                _log.error("bot_refused", bot=path.stem, reason=error.message, where=error.path, hint=error.hint)
    return bots
