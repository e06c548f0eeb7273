"""The hotline of 云溪水务: what it is trained on, what its forms bear, what its action server answers."""

from collections.abc import Iterator

import pytest

from tests.bots.library import checks
from tests.bots.library.held import during
from tests.bots.library.server import Server, running

BOT = "water"
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
        assert inside["ask_human"][-1] == inside["complain"][-1] == "yizhan_handoff"


@both
def test_a_bill_is_told_to_who_knows_the_phone(server: Server, language: str) -> None:
    account = server.judged("bill_form", language, "account_number", "1023456789 谢谢")
    assert account.slots == {"account_number": "1023456789"}
    wrong = server.judged("bill_form", language, "phone_tail", "1234", account_number="1023456789")
    assert (wrong.slots, wrong.names) == ({"phone_tail": None}, ["utter_tail_wrong"])
    right = server.judged("bill_form", language, "phone_tail", "尾号8000", account_number="1023456789")
    assert right.slots == {"phone_tail": "8000"}
    bill = server.run("action_find_bill", language, slots={"account_number": "1023456789"}).slots
    assert (bill["bill_state"], bill["bill_amount"], bill["phone_tail"]) == ("due", "86.80", None)
    assert bill["bill_month"] == {"zh": "11 月", "en": "November"}[language]


@both
def test_an_outage_is_told_in_the_language_of_the_project(server: Server, language: str) -> None:
    found = server.judged("outage_form", language, "district", {"zh": "老城那边", "en": "old town"}[language])
    assert found.slots == {"district": {"zh": "老城区", "en": "Old Town"}[language]}
    [told] = server.run("action_find_outage", language, slots=found.slots).said
    assert told["response"] == "utter_outage_now"
    assert told["until"] == {"zh": "18:00", "en": "6 pm"}[language]
    assert server.judged("outage_form", language, "district", "Mars").slots == {"district": None}


@both
def test_a_repair_is_booked_once_and_can_be_followed_and_cancelled(server: Server, language: str) -> None:
    day = server.judged("repair_form", language, "visit_day", {"zh": "周六", "en": "saturday"}[language])
    assert day.slots == {"visit_day": "2026-12-05"}
    slots = {"fault_kind": "leak", "address": f"桂花路 {language} 18", "visit_day": "2026-12-05"}
    first, again = (server.run("action_create_repair", language, slots=slots) for _ in range(2))
    order = first.slots["order_number"]
    assert first.names == ["utter_repair_created_leak"]
    assert again.slots["order_number"] == order
    status = server.run("action_repair_status", language, slots={"order_number": order})
    assert status.names == ["utter_order_waiting"]
    kept = server.run("action_cancel_repair", language, slots={"order_number": order, "cancel_confirmed": False})
    assert kept.names == ["utter_repair_kept"]
    gone = server.run("action_cancel_repair", language, slots={"order_number": order, "cancel_confirmed": True})
    assert gone.names == ["utter_repair_cancelled"]
    status = server.run("action_repair_status", language, slots={"order_number": order})
    assert status.names == ["utter_order_cancelled"]


@pytest.mark.parametrize(
    ("form", "slot", "value", "complaint"),
    [
        ("repair_form", "address", "这里", "utter_address_short"),
        ("repair_form", "address", "138 0013 8000", "utter_address_short"),
        ("repair_form", "phone", "12345", "utter_phone_wrong"),
        ("repair_form", "visit_day", "明年", "utter_day_wrong"),
        ("repair_form", "visit_day", "2026-12-20", "utter_day_wrong"),
        ("repair_form", "repair_confirmed", False, "utter_what_to_change"),
        ("order_form", "order_number", "YX00000000", "utter_order_unknown"),
        ("connection_form", "property_kind", "?", "utter_kind_wrong"),
        ("connection_form", "applicant_name", "1", "utter_name_wrong"),
        ("reading_form", "reading", "abc", "utter_reading_wrong"),
    ],
)
def test_what_cannot_be_is_asked_for_again(server: Server, form: str, slot: str, value: object, complaint: str) -> None:
    answer = server.judged(form, "zh", slot, value)
    assert (answer.slots, answer.names) == ({slot: None}, [complaint])


def test_a_reading_below_the_last_is_doubted(server: Server) -> None:
    low = server.judged("reading_form", "en", "reading", 70, account_number="1071003321")
    assert (low.slots, low.names) == ({"reading": None}, ["utter_reading_low"])
    assert server.judged("reading_form", "en", "reading", "415", account_number="1071003321").slots == {
        "reading": "415"
    }
