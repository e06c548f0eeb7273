"""What a dialogue asks of the world outside itself: run one action by its name. `bots/actions/` does it."""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from bots.contract import Reaction
from bots.project.model import Json, Project
from hub.errors import HubError


class Told(Protocol):
    """What an action is told of the conversation: a tracker, as Rasa's JSON has it."""

    def to_rasa(self) -> Mapping[str, Json]:
        """Return sender_id, slots, latest_message, events and the rest (facts: the tracker of an action server)."""
        ...


class Done(Struct, frozen=True, kw_only=True):
    """What an action brought: events and responses in Rasa's own JSON (action server contract), and `wishes`.

    A response carries only what it says: nulls and empty lists are taken out. `response: utter_x` names a response of
    the domain; whatever else stands in it fills that one's `{slots}`. Wishes are what a built-in action wants of the
    hub (`Handoff`, `Label`, `Attribute`), in the words of the contract of every bot; the dialogue passes them on.
    """

    events: tuple[Json, ...] = ()
    responses: tuple[Json, ...] = ()
    wishes: tuple[Reaction, ...] = ()


class Rejected(HubError):
    """The action does not want to run now (Rasa's ActionExecutionRejection, status 400): something else is tried."""

    code = "action_rejected"


class Failed(HubError):
    """The action could not be run, or what came back cannot be believed: a person takes over."""

    code = "action_failed"


class Actions(Protocol):
    """Runs actions. The same action may be asked for twice in one turn."""

    async def run(self, name: str, tracker: Told, project: Project) -> Done:
        """Run it; raises `Rejected` or `Failed`."""
        ...
