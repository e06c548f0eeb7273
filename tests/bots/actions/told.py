"""Small honest things that the tests of actions share: a tracker, a project, a session through the hub's door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from bots.project.model import Config, Project

if TYPE_CHECKING:
    from collections.abc import Mapping

LOOPBACK = ("127.0.0.0/8",)


class Tracker(Struct, frozen=True, kw_only=True):
    """A tracker as an action sees it."""

    slots: Mapping[str, Any] = {}
    events: tuple[Any, ...] = ()
    text: str = "hello"

    def to_rasa(self) -> Mapping[str, Any]:
        """Return it as Rasa's JSON."""
        latest = {"intent": {"name": "greet", "confidence": 1.0}, "entities": [], "text": self.text}
        return {
            "sender_id": "c1", "slots": dict(self.slots), "latest_message": latest, "events": list(self.events),
            "paused": False, "latest_input_channel": "webchat", "active_loop": {}, "followup_action": None,
            "latest_action_name": "action_listen",
        }  # fmt: skip


def project(endpoint: str = "", domain: Mapping[str, Any] | None = None, **yizhan: Any) -> Project:
    """Return a project with nothing but an action server and settings."""
    return Project(files={}, config=Config(yizhan=yizhan), action_endpoint=endpoint, domain=domain or {})
