"""Responses: which variant, filled in safely, as parts."""

from __future__ import annotations

import pytest

from bots.dialogue.responses import chosen, said, written
from bots.project.model import Holds, Place, Response
from hub.model import Card, Choice, Choices, Text

PLACE = Place("domain.yml", 1)


def variant(text: str, *, channel: str = "", vip: str = "") -> Response:
    held = (Holds(slot="vip", value=vip),) if vip else ()
    return Response(text=text, channel=channel, conditions=held, place=PLACE)


ALL = (
    variant("plain"), variant("condition", vip="Gold"), variant("channel", channel="sms"),
    variant("both", channel="sms", vip="gold"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("slots", "channel", "text"),
    [
        ({"vip": "GOLD"}, "sms", "both"), ({}, "sms", "channel"), ({"vip": "gold"}, "web", "condition"),
        ({"vip": "silver"}, "web", "plain"), ({}, "", "plain"),
    ],
)  # fmt: skip
def test_the_order_is_rasas(slots: dict[str, str], channel: str, text: str) -> None:
    found = chosen(ALL, slots, channel, "seed")
    assert found is not None
    assert found.text == text


def test_none_fits() -> None:
    assert chosen(ALL[1:], {}, "web", "seed") is None


def test_equals_are_chosen_by_the_seed_and_all_of_them_sometimes() -> None:
    equals = tuple(variant(str(number)) for number in range(3))
    picked = [chosen(equals, {}, "", f"{seed}") for seed in range(40)]
    assert picked == [chosen(equals, {}, "", f"{seed}") for seed in range(40)]
    assert {one.text for one in picked if one} == {"0", "1", "2"}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{name}!", "Ann {phone}!"), ("{phone}", "139"), ("{nobody}", "{nobody}"), ("{empty}.", "."),
        ('/inform{{"phone": "{phone}"}}', '/inform{"phone": "139"}'), ("{name.__class__}", "{name.__class__}"),
        ("{0[phone]} {phone!r} {phone:>99}", "{0[phone]} {phone!r} {phone:>99}"), ("{many}", "a, 2, true"),
        ("{", "{"), ("3.0 = {number}", "3.0 = 3"),
    ],
)  # fmt: skip
def test_only_names_of_slots_are_filled_in(text: str, filled: str) -> None:
    values = {"name": "Ann {phone}", "phone": "139", "empty": None, "many": ["a", 2, True], "number": 3.0}
    assert written(text, values) == filled


def test_buttons_pictures_and_what_no_channel_carries() -> None:
    told = {
        "text": "which, {name}?", "image": "https://example.com/a/plan.png", "custom": {"blink": True},
        "buttons": [{"title": "One", "payload": '/pick{{"n": "1"}}'}, {"title": "Two"}, {"title": " "}],
        "attachment": {"type": "video", "payload": {"src": "javascript:alert(1)"}},
    }  # fmt: skip
    spoken = said(told, {"name": "Ann"})
    choices = (Choice(label="One", value='/pick{"n": "1"}'), Choice(label="Two", value="Two"))
    card = Card(url="https://example.com/a/plan.png", title="plan.png")
    assert spoken.parts == (Choices(body="which, Ann?", choices=choices), card)
    assert spoken.lost == ("attachment", "custom")


def test_nothing_is_said_of_nothing() -> None:
    assert said({"text": "  "}, {}).parts == ()
    assert said({"text": "x" * 30_000}, {}).parts == (Text(body="x" * 20_000),)
