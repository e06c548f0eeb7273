"""The action server of a ready-made bot, run by the real rasa_sdk, and one call to it."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from bots.project.model import Project
from tests.bots.library.checks import LIBRARY, loaded
from tests.sdk import serving

TUESDAY = 1796090000.0
"""1 December 2026, noon in China: the day of every call."""


class Answer(Struct, frozen=True, kw_only=True):
    """What an action did: the slots it set, the responses it named with their values."""

    slots: Mapping[str, Any]
    said: tuple[Mapping[str, Any], ...]

    @property
    def names(self) -> list[str]:
        """Return the responses by name."""
        return [one["response"] for one in self.said]


class Server:
    """A running action server of one bot, for both its languages."""

    def __init__(self, url: str, bot: str) -> None:
        self._url = urlsplit(url)
        self._bot = bot

    def run(
        self, action: str, language: str, *, text: str = "", loop: str = "", new: tuple[str, ...] = (),
        slots: Mapping[str, Any] | None = None,
    ) -> Answer:  # fmt: skip
        """Run an action; `new` are slots just filled, which a form validates."""
        project = loaded(self._bot, language)
        tracker = _tracker(project, text, loop, new, slots or {})
        body = {"next_action": action, "sender_id": "anna", "tracker": tracker, "domain": dict(project.domain),
                "version": "3.6.21"}  # fmt: skip
        with closing(HTTPConnection(self._url.hostname or "", self._url.port, timeout=20)) as line:
            line.request("POST", self._url.path, json.dumps(body), {"Content-Type": "application/json"})
            answer = line.getresponse()
            told = json.loads(answer.read())
        assert answer.status == 200, told
        said = tuple(told["responses"])
        missing = [one["response"] for one in said if one["response"] not in project.responses]
        assert not missing, f"no words for {missing}"
        return Answer(slots={one["name"]: one["value"] for one in told["events"] if one["event"] == "slot"}, said=said)

    def judged(self, form: str, language: str, slot: str, value: object, **held: object) -> Answer:
        """Let a form validate one slot, beside others that it holds."""
        return self.run(f"validate_{form}", language, loop=form, new=(slot,), slots={**held, slot: value})


def _tracker(project: Project, text: str, loop: str, new: tuple[str, ...], slots: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: slot.initial for name, slot in project.slots.items()} | dict(slots)
    events: list[dict[str, Any]] = [{"event": "user", "text": text, "timestamp": TUESDAY}]
    events += [{"event": "slot", "name": name, "value": values[name], "timestamp": TUESDAY} for name in new]
    latest = {"text": text, "intent": {"name": "inform", "confidence": 1.0}, "entities": []}
    return {
        "sender_id": "anna", "slots": values, "latest_message": latest, "events": events, "paused": False,
        "latest_input_channel": "rest", "active_loop": {"name": loop} if loop else {}, "followup_action": None,
        "latest_action_name": "action_listen",
    }  # fmt: skip


@contextmanager
def running(bot: str, folder: Path) -> Iterator[Server]:
    """Run the action server of a bot from a copy of it, so that nothing is written beside the source."""
    shutil.copytree(LIBRARY / bot / "actions", folder / "actions", ignore=shutil.ignore_patterns("__pycache__"))
    with serving(folder, "actions") as url:
        yield Server(url, bot)
