"""The contract with the real rasa-sdk: custom actions, form validation, rejections, actions it does not have."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from bots.dialogue.actions import Failed, Rejected
from tests.bots.actions.told import Tracker, project

if TYPE_CHECKING:
    from bots.actions.port import Port

DOMAIN = {
    "slots": {"order_no": {"type": "text", "mappings": [{"type": "from_text"}]}},
    "forms": {"order_form": {"required_slots": ["order_no"]}},
}


async def test_a_custom_action_brings_events_and_responses_without_what_is_empty(sdk_server: str, port: Port) -> None:
    done = await port.run("action_check_order", Tracker(slots={"order_no": "12"}), project(sdk_server, DOMAIN))
    assert [(event["event"], event["name"]) for event in done.events] == [
        ("slot", "status"),
        ("followup", "action_listen"),
    ]
    assert done.responses == (
        {"text": "12 已发货", "buttons": [{"title": "好", "payload": "/thank"}]},
        {"response": "utter_status", "status": "shipped"},
        {"image": "https://example.com/a.png", "custom": {"card": 1}},
    )
    assert done.wishes == ()


@pytest.mark.parametrize(("value", "kept", "words"), [("123", "123", []), ("abc", None, ["订单号只有数字"])])
async def test_a_form_s_slots_are_validated(
    value: str, kept: str | None, words: list[str], sdk_server: str, port: Port
) -> None:
    """The validator looks at the slot events at the end of the tracker."""
    events = (
        {"event": "active_loop", "name": "order_form"},
        {"event": "user", "text": value, "parse_data": {"intent": {"name": "inform"}, "entities": [], "text": value}},
        {"event": "slot", "name": "order_no", "value": value},
    )
    told = Tracker(slots={"order_no": value, "requested_slot": "order_no"}, events=events, text=value)
    done = await port.run("validate_order_form", told, project(sdk_server, DOMAIN))
    assert [event["value"] for event in done.events if event.get("name") == "order_no"] == [kept]
    assert [one["text"] for one in done.responses] == words


async def test_a_rejection_is_no_failure(sdk_server: str, port: Port) -> None:
    with pytest.raises(Rejected) as caught:
        await port.run("action_reject", Tracker(), project(sdk_server, DOMAIN))
    assert caught.value.facts == {"action": "action_reject"}


async def test_an_action_it_does_not_have_is_named_with_a_hint(sdk_server: str, port: Port) -> None:
    with pytest.raises(Failed, match="no such action") as caught:
        await port.run("action_unheard_of", Tracker(), project(sdk_server, DOMAIN))
    assert "action_unheard_of" in str(caught.value)
    assert caught.value.hint


async def test_an_action_that_breaks_fails_and_tells_nothing_of_its_words(sdk_server: str, port: Port) -> None:
    with pytest.raises(Failed, match="failed") as caught:
        await port.run("action_break", Tracker(), project(sdk_server, DOMAIN))
    assert "secret of the server" not in str(caught.value)


async def test_an_action_may_do_nothing_at_all(sdk_server: str, port: Port) -> None:
    done = await port.run("action_quiet", Tracker(), project(sdk_server, DOMAIN))
    assert (done.events, done.responses) == ((), ())


async def test_a_reminder_comes_through_with_a_zone(sdk_server: str, port: Port) -> None:
    (event,) = (await port.run("action_remind", Tracker(), project(sdk_server, DOMAIN))).events
    assert (event["event"], event["intent"], event["date_time"], event["kill_on_user_msg"]) == (
        "reminder", "EXTERNAL_call", "2026-12-01T09:00:00+00:00", False,
    )  # fmt: skip


def test_the_server_of_the_tests_is_reached_from_this_machine_only(sdk_server: str) -> None:
    port = urlsplit(sdk_server).port
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(("127.0.0.2", port or 0))
