"""What cannot be done is said when the project is loaded, with file and line."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from bots.actions.declared import declared
from bots.actions.refusals import refused, require_doable
from bots.document import parse
from bots.project.faults import NotABot
from bots.project.model import Config, Did, Place, Project, Rule
from hub.errors import Invalid
from tools.stamp import ROOT

DOMAIN = Place(file="domain.yml", line=7)


def loaded(settings: str = "", *actions: str, endpoint: str = "") -> Project:
    """Return a project that names these actions and has this yizhan.yml."""
    read: Any = parse(settings) or {}
    return Project(
        files={"yizhan.yml": settings}, config=Config(yizhan=read), actions=dict.fromkeys(actions, DOMAIN),
        action_endpoint=endpoint,
    )  # fmt: skip


def told(project: Project) -> list[str]:
    return [str(fault) for fault in refused(project)]


@pytest.mark.parametrize(
    ("name", "room"), [("yizhan_ticket", "tickets"), ("yizhan_callback", "call-backs"), ("yizhan_article", "knowledge")]
)
def test_rooms_that_do_not_stand_yet_are_named(name: str, room: str) -> None:
    (fault,) = refused(loaded("", name))
    assert (fault.severity, fault.place) == ("error", DOMAIN)
    assert f"{room}: that room does not stand yet" in fault.message


def test_an_action_that_only_a_rule_names_is_found_too() -> None:
    step = Did(action="yizhan_ticket", place=Place(file="rules.yml", line=3))
    rule = Rule(name="r", steps=(step,), place=Place(file="rules.yml", line=1))
    (fault,) = refused(structs.replace(loaded(), rules=(rule,)))
    assert str(fault).startswith("rules.yml:3: error: yizhan_ticket needs tickets")


def test_a_built_in_action_without_its_parameters_is_refused() -> None:
    assert told(loaded("", "yizhan_label")) == [
        "domain.yml:7: error: Nobody knows what yizhan_label does "
        "(Add it to `actions` of yizhan.yml, with `do` and its parameters.)"
    ]


def test_a_project_in_order_has_no_faults() -> None:
    settings = (
        "actions:\n  yizhan_label: {do: label, labels: [a]}\n  action_pay: {do: webhook, url: 'https://x.cn/p', "
        "secret: s}\nhandoff: {words: [找主管], vip: [VIP]}\naction_seconds: 3\n"
    )
    names = ("yizhan_label", "yizhan_handoff", "action_pay", "action_listen", "utter_hi", "action_restart")
    assert refused(loaded(settings, *names)) == ()


def test_actions_without_a_server_are_a_warning_and_with_one_none() -> None:
    (fault,) = refused(loaded("", "action_check"))
    assert (fault.severity, "action_endpoint" in fault.hint) == ("warning", True)
    assert refused(loaded("", "action_check", "validate_form", endpoint="http://x.cn/webhook")) == ()


@pytest.mark.parametrize(
    ("settings", "line", "words"),
    [
        ("a: 1\nactions:\n  yizhan_label:\n    do: lable\n", 3, "An action says what it does"),
        ("actions:\n  yizhan_label: {do: label, label: x}\n", 2, "unknown field"),
        ("actions:\n  a: {do: webhook, url: 'ftp://x', secret: s}\n", 2, "regex"),
        ("actions:\n  a: {do: webhook, url: 'https://me:pw@x.cn/', secret: s}\n", 2, "regex"),
        ("actions:\n  a: {do: lookup, url: 'https://x.cn', secret: s, send: [], fill: {a: b}}\n", 2, "length"),
        ("actions:\n  a: {do: ticket}\n", 2, "does not stand yet"),
        ("actions: [a]\n", 1, "mapping"),
        ("actions:\n  a: 3\n", 2, "says what it does"),
        ("x: 1\naction_seconds: 60\n", 2, "<= 9"),
        ("x: 1\nhandoff:\n  feelings: true\n", 2, "unknown field `feelings`"),
        ("handoff:\n  doubts: many\n", 2, "int"),
    ],
)
def test_a_slip_in_the_settings_has_its_line(settings: str, line: int, words: str) -> None:
    faults = [fault for fault in refused(loaded(settings)) if fault.severity == "error"]
    assert [(fault.place, words in fault.message) for fault in faults] == [
        (Place(file="yizhan.yml", line=line), True)
    ], faults


def test_a_project_that_asks_for_the_impossible_is_no_bot_and_one_with_warnings_is() -> None:
    with pytest.raises(NotABot) as caught:
        require_doable(loaded("", "yizhan_ticket"))
    assert caught.value.path == "domain.yml:7"
    warned = loaded("", "action_check")
    assert require_doable(warned) is warned


def test_an_address_with_a_password_is_not_repeated() -> None:
    with pytest.raises(Invalid) as caught:
        declared({"actions": {"a": {"do": "webhook", "url": "https://me:hunter2@x.cn/", "secret": "s"}}})
    assert "hunter2" not in str(caught.value)


def test_the_examples_of_the_handbook_are_read() -> None:
    text = (ROOT / "docs" / "bot-actions.md").read_text(encoding="utf-8")
    handoff, understanding, actions = (block.partition("```")[0] for block in text.split("```yaml\n")[1:])
    assert refused(loaded(handoff, "yizhan_handoff")) == ()
    assert refused(loaded(understanding)) == ()
    project = loaded(actions)
    assert refused(structs.replace(project, actions=dict.fromkeys(project.config.yizhan["actions"], DOMAIN))) == ()
