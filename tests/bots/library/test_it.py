"""The IT bot, in both languages: it loads without a fault, and what it was taught is people's and enough."""

from collections.abc import Iterator

import pytest

from tests.bots.library import checks
from tests.bots.library.held import during
from tests.bots.library.server import Server, running

BOT = "it"
LANGUAGES = ("zh", "en")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(BOT, tmp_path_factory.mktemp(BOT)) as started:
        yield started


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_bears_questions_and_lets_people_go(language: str) -> None:
    project = checks.loaded(BOT, language)
    for form in project.forms:
        inside = during(project, form)
        assert inside["faq"] == ("utter_faq", form)
        assert inside["stop"] == ("action_deactivate_loop", "action_forget")
        assert inside["ask_human"] == ("action_deactivate_loop", "yizhan_handoff")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fault_becomes_a_ticket_that_can_be_looked_up(server: Server, language: str) -> None:
    held = {"problem": "blue screen", "location": "floor 3", "urgency": "high", "phone": "13800138000"}
    opened = server.run("action_submit_ticket", language, slots=held)
    assert (opened.names, opened.said[0]["hours"], opened.slots["problem"]) == (["utter_ticket_created"], "1", None)
    number = opened.said[0]["ticket_number"]
    told = server.run("action_ticket_status", language, slots={"ticket_number": number})
    assert (told.names, told.said[0]["ticket_number"]) == (["utter_ticket_open"], number)


@pytest.mark.parametrize(
    ("form", "slot", "value", "held", "kept", "complaint"),
    [
        ("reset_form", "username", "用户名是zhangwei", {}, "zhangwei", []),
        ("reset_form", "username", "nobody", {}, None, ["utter_bad_username"]),
        ("reset_form", "employee_number", "10233", {"username": "zhangwei"}, None, ["utter_not_yours"]),
        ("reset_form", "employee_number", "工号10086", {"username": "zhangwei"}, "10086", []),
        ("ticket_form", "problem", "坏", {}, None, ["utter_bad_problem"]),
        ("ticket_form", "urgency", "不急", {}, "normal", []),
        ("ticket_form", "urgency", "asap!", {}, "high", []),
        ("software_form", "software", "装个visio", {}, "Visio", []),
        ("device_form", "device", "a rocket", {}, None, ["utter_bad_device"]),
        ("status_form", "ticket_number", "t20261201", {}, "T20261201", []),
    ],
)
def test_a_form_puts_right_or_asks_again(
    server: Server, form: str, slot: str, value: str, held: dict[str, str], kept: object, complaint: list[str]
) -> None:
    judged = server.judged(form, "zh", slot, value, **held)
    assert (judged.slots[slot], judged.names) == (kept, complaint)


def test_a_young_computer_is_not_replaced(server: Server) -> None:
    held = {"employee_number": "10233", "device": "laptop", "purpose": "faster"}
    assert server.run("action_submit_device", "en", slots=held).names == ["utter_device_too_new"]
    assert server.run("action_submit_device", "en", slots=held | {"device": "monitor"}).names == ["utter_device_done"]
