"""Test conversations: played to the end, or stopped at the line where the bot does otherwise."""

from __future__ import annotations

import pytest

from bots import testing
from bots.nlu.training import train
from bots.project.faults import NotABot
from bots.project.reading import read
from bots.trained import Trained, trained_of
from tests.bots.dialogue.talk import CONFIG, DOMAIN, NLU, RULES, START

GOOD = """\
stories:
- story: an order, with a question
  steps:
  - user: |
      I want to order
    intent: order
  - action: order_form
  - active_loop: order_form
  - intent: faq
  - action: utter_faq
  - action: order_form
  - intent: inform
    entities: [{phone: "139"}]
  - action: order_form
  - slot_was_set: [{phone: "139"}]
  - intent: inform
    entities: [{size: xl}]
  - action: order_form
  - intent: affirm
  - action: order_form
  - active_loop: null
  - action: action_place
  - action: utter_done
"""


def trained(stories: str) -> Trained:
    files = {
        "domain.yml": DOMAIN.replace(", VALIDATE", ""), "rules.yml": RULES, "config.yml": CONFIG, "nlu.yml": NLU,
        "tests/test_stories.yml": stories,
    }  # fmt: skip
    project = read(files)
    return trained_of(project, train(project, None))


async def test_a_story_that_is_true_passes() -> None:
    (result,) = await testing.run(trained(GOOD), at=START)
    assert result.passed, str(result)


@pytest.mark.parametrize(
    ("before", "after", "line", "wanted", "got"),
    [
        ("intent: order", "intent: greet", 4, "intent greet", "intent order"),
        ("action: utter_faq", "action: utter_weather", 10, "action utter_weather", "utter_faq"),
        ("  - action: utter_done\n", "", 22, "nothing more", "action utter_done"),
        ("action: action_place", "action: action_quiet", 22, "action action_quiet", "action_place"),
        ('slot_was_set: [{phone: "139"}]', 'slot_was_set: [{phone: "158"}]', 15, "slot phone = '158'", "'139'"),
        ("active_loop: order_form", "active_loop: null", 8, "form None", "form order_form"),
    ],
)
async def test_the_first_divergence_is_told_by_file_and_line(
    before: str, after: str, line: int, wanted: str, got: str
) -> None:
    (result,) = await testing.run(trained(GOOD.replace(before, after, 1)), at=START)
    assert str(result) == f"tests/test_stories.yml:{line}: an order, with a question: wanted {wanted}, got {got}"


def test_a_test_file_that_is_wrong_is_told() -> None:
    with pytest.raises(NotABot):
        testing.stories_of(trained("stories:\n- story: x\n  steps: [{nonsense: 1}]\n").project)
