"""Appointments at 云溪社区医院: what the bot is trained on, what its forms bear, what its action server answers."""

from collections.abc import Iterator

import pytest

from tests.bots.library import checks
from tests.bots.library.held import during
from tests.bots.library.server import Server, running

BOT = "appointment"
both = pytest.mark.parametrize("language", ["zh", "en"])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(BOT, tmp_path_factory.mktemp(BOT)) as started:
        yield started


@both
def test_every_form_bears_questions_and_lets_people_go(language: str) -> None:
    project = checks.loaded(BOT, language)
    for form in project.forms:
        inside = during(project, form)
        assert inside["faq"] == ("utter_faq", form)
        assert inside["stop"] == ("action_deactivate_loop", "action_forget_request", "utter_stopped")
        assert inside["ask_human"][-1] == inside["emergency"][-1] == "yizhan_handoff"
        assert inside["emergency"][0] == "utter_emergency"


@pytest.mark.parametrize(
    ("language", "said", "day"),
    [
        ("zh", "明天", "2026-12-02"),
        ("zh", "下周三", "2026-12-09"),
        ("zh", "12月9号", "2026-12-09"),
        ("zh", {"value": "2026-12-04T00:00:00+08:00"}, "2026-12-04"),
        ("en", "the day after tomorrow", "2026-12-03"),
        ("en", "next monday", "2026-12-07"),
    ],
)
def test_a_day_is_understood_as_people_say_it(server: Server, language: str, said: object, day: str) -> None:
    assert server.judged("booking_form", language, "visit_day", said, department="内科").slots == {"visit_day": day}


@pytest.mark.parametrize(
    ("language", "said", "time"),
    [
        ("zh", "上午九点", "09:00"),
        ("zh", "十点半", "10:30"),
        ("zh", "下午三点", "15:00"),
        ("en", "half past ten", "10:30"),
        ("en", "3pm", "15:00"),
        ("en", "at 9", "09:00"),
    ],
)
def test_a_time_is_understood_as_people_say_it(server: Server, language: str, said: str, time: str) -> None:
    held = {"department": "内科", "visit_day": "2026-12-10"}
    assert server.judged("booking_form", language, "visit_time", said, **held).slots == {"visit_time": time}


@pytest.mark.parametrize(
    ("slot", "value", "complaint"),
    [
        ("department", "火星科", "utter_department_unknown"),
        ("visit_day", "周日", "utter_day_closed"),
        ("visit_day", "2027-01-31", "utter_day_wrong"),
        ("visit_time", "??", "utter_time_wrong"),
        ("visit_time", "上午十点", "utter_time_taken"),
        ("patient", "8", "utter_name_wrong"),
        ("phone", "110", "utter_phone_wrong"),
        ("booking_confirmed", False, "utter_what_to_change"),
    ],
)
def test_what_cannot_be_is_asked_for_again(server: Server, slot: str, value: object, complaint: str) -> None:
    held = {"department": "内科", "visit_day": "2026-12-10"}
    answer = server.judged("booking_form", "zh", slot, value, **held)
    assert (answer.slots, answer.names) == ({slot: None}, [complaint])


def test_who_names_a_doctor_is_not_asked_for_a_department(server: Server) -> None:
    assert server.judged("booking_form", "zh", "department", "李明").slots == {"department": "内科"}


def test_an_afternoon_is_no_wrong_time(server: Server) -> None:
    said = {"from": "2026-12-10T12:00:00+08:00", "to": "2026-12-10T18:00:00+08:00"}
    answer = server.judged("booking_form", "zh", "visit_time", said, department="内科", visit_day="2026-12-10")
    assert (answer.slots, answer.names) == ({"visit_time": None}, [])


def test_the_next_free_day_is_named(server: Server) -> None:
    full = server.judged("booking_form", "en", "visit_day", "2026-12-03", department="Surgery")
    assert (full.names, full.said[0]["next"]) == (["utter_day_full"], "2026-12-04")
    never = server.judged("booking_form", "en", "visit_day", "2026-12-03", department="Dermatology")
    assert never.names == ["utter_no_free_slots"]


@both
def test_a_slot_is_given_once(server: Server, language: str) -> None:
    where = {"zh": "中医科", "en": "Eye Clinic"}[language]
    slots = {"department": where, "visit_day": "2026-12-04", "visit_time": "14:30", "patient": "张美兰"}
    first, again = (server.run("action_book", language, slots=slots) for _ in range(2))
    other = server.run("action_book", language, slots={**slots, "patient": "李志强"})
    assert first.names == again.names == ["utter_booked"]
    assert first.slots["booking_number"] == again.slots["booking_number"]
    assert other.names == ["utter_slot_gone"]


def test_the_free_times_are_buttons(server: Server) -> None:
    held = {"booking_number": "BK100187", "visit_day": "2026-12-08"}
    [asked] = server.run("action_ask_visit_time", "zh", loop="reschedule_form", slots=held).said
    assert asked["department"] == "口腔科"
    assert [button["payload"] for button in asked["buttons"]] == asked["times"].split(", ")


def test_a_booking_is_moved_then_cancelled_then_closed(server: Server) -> None:
    slots = {"booking_number": "BK100187", "visit_day": "2026-12-11", "visit_time": "09:00", "cancel_confirmed": True}
    assert server.run("action_reschedule", "en", slots=slots).names == ["utter_rescheduled"]
    found = server.run("action_find_appointment", "en", slots=slots).slots
    assert (found["appointment_state"], found["appointment_when"]) == ("booked", "2026-12-11 09:00")
    assert server.run("action_cancel_booking", "en", slots=slots).names == ["utter_booking_cancelled"]
    assert server.run("action_reschedule", "en", slots=slots).names == ["utter_not_open"]


@pytest.mark.parametrize(
    ("language", "text", "department"),
    [
        ("zh", "孩子发烧挂哪科", "儿科"),
        ("zh", "牙疼看什么科室", "口腔科"),
        ("en", "itchy skin rash where should i go", "Dermatology"),
        ("en", "not sure which department I need", None),
    ],
)
def test_a_department_is_suggested(server: Server, language: str, text: str, department: str | None) -> None:
    answer = server.run("action_suggest_department", language, text=text)
    assert answer.slots == ({"department": department} if department else {})
    assert answer.names == ["utter_suggest_department" if department else "utter_suggest_unknown"]
