"""The tracker: replay gives the state, what is written down is bounded, other versions of a bot can read it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from bots.dialogue.actions import Done
from bots.dialogue.events import AnyEvent
from bots.dialogue.tracker import KEPT, Tracker, replayed
from hub.errors import Malformed
from tests.bots.dialogue.talk import DOMAIN, RULES, Acting, Talk, project


async def in_mid_form() -> Talk:
    talk = Talk(project())
    await talk.hear("order")
    await talk.hear("inform", phone="139")
    return talk


async def test_replay_of_the_events_is_the_state() -> None:
    talk = await in_mid_form()
    await talk.hear("faq")
    await talk.hear("nlu_fallback")
    tracker = talk.tracker
    assert replayed(tracker.base, tracker.events, tracker.ground) == tracker.state


async def test_settling_changes_nothing() -> None:
    talk = await in_mid_form()
    for most in range(len(talk.tracker.events)):
        settled = talk.tracker.settled(most)
        assert settled.state == talk.tracker.state
        assert replayed(settled.base, settled.events, settled.ground) == talk.tracker.state


async def test_a_long_conversation_stays_small() -> None:
    talk = Talk(project())
    for _ in range(60):
        await talk.hear("order")
        await talk.hear("inform", "words " * 600, phone="139")
        await talk.hear("stop")
    assert len(talk.tracker.dump()) < 100_000
    assert len(talk.tracker.events) <= KEPT


async def test_rasa_reads_it() -> None:
    told = (await in_mid_form()).tracker.to_rasa()
    assert told["slots"]["phone"] == "139"
    assert told["active_loop"]["name"] == "order_form"
    assert told["latest_message"]["intent"]["name"] == "inform"
    assert (told["latest_action_name"], told["paused"], told["sender_id"]) == ("action_listen", False, "c1")
    assert [event["event"] for event in told["events"]][:3] == ["action", "session_started", "user"]
    assert msgspec.json.decode(msgspec.json.encode(told["events"]), type=tuple[AnyEvent, ...])


async def test_another_version_drops_what_it_does_not_know() -> None:
    talk = await in_mid_form()
    smaller = project(
        domain=DOMAIN.replace("order_form", "other_form").replace("phone", "mobile"),
        rules=RULES.replace("order_form", "other_form"),
    )
    tracker = Tracker.load(talk.tracker.dump(), smaller)
    assert tracker.state.loop is None
    assert "phone" not in tracker.state.slots
    assert tracker.state.asked is None
    talk.project, talk.tracker, other = smaller, tracker, Talk(smaller)
    talk.dialogue = other.dialogue
    assert await talk.hear("greet") == ["hello"]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"sender": 1}', '{"sender": "a", "base": {"slots": 3}}'])
def test_what_is_no_tracker_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        Tracker.load(text, project())


async def test_a_new_session_after_an_hour_keeps_slots_and_leaves_the_form() -> None:
    talk = await in_mid_form()
    talk.at += timedelta(minutes=61)
    assert await talk.hear("greet") == ["hello"]
    assert (talk.tracker.state.loop, talk.slot("phone")) == (None, "139")


async def test_a_new_session_may_forget() -> None:
    forgetful = "session_config: {session_expiration_time: 5, carry_over_slots_to_new_session: false}\n"
    talk = Talk(project(domain=DOMAIN + forgetful))
    await talk.hear("order")
    await talk.hear("inform", phone="139")
    talk.at += timedelta(minutes=6)
    await talk.hear("greet")
    assert talk.slot("phone") is None


async def test_reminders_become_wishes() -> None:
    remind = {
        "event": "reminder", "intent": "hurry", "name": "call", "date_time": "2026-12-02T08:00:00+00:00",
        "entities": [{"entity": "size", "value": "xl"}], "kill_on_user_msg": False,
    }  # fmt: skip
    told = Done(events=(remind, {"event": "cancel_reminder", "name": "old"}))
    talk = Talk(project(), Acting(action_quiet=told))
    await talk.hear("secret")
    wished, forgotten = talk.turned.wishes
    assert getattr(wished, "entities", None) == {"size": "xl"}
    assert getattr(wished, "until_heard", None) is False
    assert getattr(forgotten, "name", None) == "old"


async def test_a_reminder_without_a_zone_is_of_this_machine() -> None:
    remind = {"event": "reminder", "intent": "hurry", "date_time": "2026-12-02T08:00:00"}
    talk = Talk(project(), Acting(action_quiet=Done(events=(remind,))))
    await talk.hear("secret")
    at = getattr(talk.turned.wishes[0], "at", None)
    assert at == datetime(2026, 12, 2, 8).astimezone(UTC)
    assert at.tzinfo is UTC


async def test_a_bot_that_pauses_itself_calls_a_person_and_speaks_again_when_asked_again() -> None:
    talk = Talk(project(), Acting(action_quiet=Done(events=({"event": "pause"},))))
    await talk.hear("secret")
    assert talk.turned.handoff is not None
    assert await talk.hear("greet") == ["hello"]
