"""The shop bot, in both languages: it loads without a fault, and what it was taught is people's and enough."""

from collections.abc import Iterator

import pytest

from tests.bots.library import checks
from tests.bots.library.held import during
from tests.bots.library.server import Server, running

BOT = "shop"
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
def test_an_order_is_told_by_its_state(server: Server, language: str) -> None:
    held = {"order_number": "D202611200018", "errand": "status"}
    told = server.run("action_order_errand", language, slots=held)
    assert told.names == ["utter_order_shipped"]
    assert told.slots["vip"] is False
    gone = server.run("action_order_errand", language, slots=held | {"errand": "cancel"})
    assert gone.names == ["utter_cancel_too_late"]
    refund = server.run("action_order_errand", language, slots={"order_number": "D202611100003", "errand": "refund"})
    assert (refund.names, refund.said[0]["amount"]) == (["utter_refund_going"], "59.00")


@pytest.mark.parametrize(
    ("form", "slot", "value", "kept", "complaint"),
    [
        ("return_form", "order_number", "单号是d202611180007", "D202611180007", []),
        ("return_form", "order_number", "D209999999999", None, ["utter_unknown_order"]),
        ("return_form", "order_number", "the blue one", None, ["utter_bad_order_number"]),
        ("return_form", "reason", "太丑了", "太丑了", []),
        ("invoice_form", "invoice_type", "开专票", "special", []),
        ("invoice_form", "tax_number", "123", None, ["utter_bad_tax_number"]),
        ("invoice_form", "email", "a at b", None, ["utter_bad_email"]),
        ("address_form", "phone", "138 0013 8000", "13800138000", []),
        ("address_form", "address_confirmed", False, None, []),
    ],
)
def test_a_form_puts_right_or_asks_again(
    server: Server, form: str, slot: str, value: object, kept: object, complaint: list[str]
) -> None:
    judged = server.judged(form, "zh", slot, value)
    assert (judged.slots[slot], judged.names) == (kept, complaint)


def test_a_return_needs_a_yes_and_goods_that_arrived(server: Server) -> None:
    held = {"order_number": "D202611150022", "reason": "quality", "return_confirmed": False}
    assert server.run("action_submit_return", "zh", slots=held).names == ["utter_not_submitted"]
    done = server.run("action_submit_return", "zh", slots=held | {"return_confirmed": True})
    assert (done.names, done.slots["reason"]) == (["utter_return_done"], None)
    waiting = held | {"order_number": "D202611230031", "return_confirmed": True}
    assert server.run("action_submit_return", "en", slots=waiting).names == ["utter_return_not_yet"]
