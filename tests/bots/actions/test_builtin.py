"""The built-in actions: what they wish for, and where each action goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bots.actions.builtin import collected, written
from bots.actions.port import Rehearsing
from bots.contract import Attribute, Handoff, Label
from bots.dialogue.actions import Failed
from tests.bots.actions.told import Tracker, project

if TYPE_CHECKING:
    from bots.actions.port import Port

SLOTS = {"no": "7", "urgent": True, "parts": ["a", 2], "empty": None, "requested_slot": "no", "odd": {"a": 1}}


async def test_a_hand_over_carries_what_was_collected(port: Port) -> None:
    done = await port.run("yizhan_handoff", Tracker(slots=SLOTS), project())
    collected_slots = {"no": "7", "urgent": "yes", "parts": "a, 2"}
    assert done.wishes == (Handoff(reason="asked", slots=collected_slots),)


async def test_a_hand_over_may_say_which_slots_team_and_skill(port: Port) -> None:
    settings = {"yizhan_handoff": {"do": "handoff", "team": "维修", "skill": "pipes", "slots": ["no", "gone"]}}
    done = await port.run("yizhan_handoff", Tracker(slots=SLOTS), project(actions=settings))
    assert done.wishes == (Handoff(reason="asked", team="维修", skill="pipes", slots={"no": "7"}),)


@pytest.mark.parametrize(
    ("doing", "wishes"),
    [
        ({"do": "set_attribute", "name": "account", "slot": "no"}, (Attribute(name="account", value="7"),)),
        ({"do": "set_attribute", "name": "account", "slot": "empty"}, ()),
        ({"do": "label", "labels": ["紧急"], "slot": "no"}, (Label(names=("紧急", "7")),)),
        ({"do": "label", "slot": "empty"}, ()),
    ],
)
async def test_attributes_and_labels_are_wishes(doing: dict[str, Any], wishes: tuple[object, ...], port: Port) -> None:
    told = Tracker(slots=SLOTS)
    bot = project(actions={"yizhan_x": doing})
    assert (await port.run("yizhan_x", told, bot)).wishes == wishes
    assert (await Rehearsing().run("yizhan_x", told, bot)).wishes == wishes


@pytest.mark.parametrize("name", ["action_unknown", "yizhan_label", "yizhan_ticket", "utter_x"])
async def test_an_action_nobody_does_fails_with_a_hint(name: str, port: Port) -> None:
    with pytest.raises(Failed, match="Nobody") as caught:
        await port.run(name, Tracker(), project())
    assert "action_endpoint" in caught.value.hint


async def test_built_in_names_never_go_to_the_action_server(port: Port) -> None:
    with pytest.raises(Failed, match="Nobody"):
        await port.run("yizhan_label", Tracker(), project("http://127.0.0.1:1/webhook"))


async def test_settings_that_cannot_be_read_are_a_failure_and_no_crash(port: Port) -> None:
    with pytest.raises(Failed) as caught:
        await port.run("yizhan_handoff", Tracker(), project(actions={"yizhan_handoff": {"do": "handoff", "x": 1}}))
    assert caught.value.facts["path"] == "actions.yizhan_handoff"


def test_values_are_written_as_people_read_them() -> None:
    values: tuple[Any, ...] = (None, True, 0, 1.5, " a ", [], {"a": 1})
    assert [written(value) for value in values] == ["", "yes", "0", "1.5", "a", "", ""]
    assert len(written("x" * 10_000)) == 2000
    assert collected(SLOTS) == {"no": "7", "urgent": "yes", "parts": "a, 2"}
