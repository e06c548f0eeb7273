"""One real action server for the whole run, and the hub's own door to it."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from bots.actions.port import Breakers, Port
from hub import egress
from hub.errors import NotFound
from tests.bots.actions.told import LOOPBACK
from tests.clocks import FakeClock
from tests.sdk import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from aiohttp import ClientSession

ACTIONS = """
    from datetime import datetime, timedelta
    from rasa_sdk import Action, FormValidationAction
    from rasa_sdk.events import FollowupAction, ReminderScheduled, SlotSet
    from rasa_sdk.interfaces import ActionExecutionRejection


    class Check(Action):
        def name(self):
            return "action_check_order"

        def run(self, dispatcher, tracker, domain):
            number = tracker.get_slot("order_no")
            dispatcher.utter_message(text=f"{number} 已发货", buttons=[{"title": "好", "payload": "/thank"}])
            dispatcher.utter_message(response="utter_status", status="shipped")
            dispatcher.utter_message(json_message={"card": 1}, image="https://example.com/a.png")
            dispatcher.utter_message()
            return [SlotSet("status", "shipped"), FollowupAction("action_listen")]


    class Remind(Action):
        def name(self):
            return "action_remind"

        def run(self, dispatcher, tracker, domain):
            at = datetime(2026, 12, 1, 9, 0)
            return [ReminderScheduled("EXTERNAL_call", trigger_date_time=at, name="call", kill_on_user_message=False)]


    class Reject(Action):
        def name(self):
            return "action_reject"

        def run(self, dispatcher, tracker, domain):
            raise ActionExecutionRejection(self.name(), "not now")


    class Break(Action):
        def name(self):
            return "action_break"

        def run(self, dispatcher, tracker, domain):
            raise ValueError("secret of the server")


    class Quiet(Action):
        def name(self):
            return "action_quiet"

        def run(self, dispatcher, tracker, domain):
            return []


    class Form(FormValidationAction):
        def name(self):
            return "validate_order_form"

        def validate_order_no(self, value, dispatcher, tracker, domain):
            if str(value).isdigit():
                return {"order_no": value}
            dispatcher.utter_message(text="订单号只有数字")
            return {"order_no": None}
"""


@pytest.fixture(scope="session")
def sdk_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running Rasa SDK server with the actions above."""
    folder = tmp_path_factory.mktemp("sdk")
    (folder / "house_actions.py").write_text(dedent(ACTIONS), encoding="utf-8")
    with serving(folder, "house_actions") as url:
        yield url


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    """The hub's door, which may reach this machine."""
    async with egress.session(LOOPBACK) as session:
        yield session


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands."""
    return FakeClock()


async def secret(name: str) -> str:
    """Return the one secret there is."""
    if name != "orders":
        raise NotFound("No such secret", name=name, hint="Enter it at the bot.")
    return "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ="


@pytest.fixture
def port(http: ClientSession, clock: FakeClock) -> Port:
    """Every action by its name."""
    return Port(lambda: http, secret, clock, Breakers())
