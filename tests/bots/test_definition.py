"""A bot file with a slip is refused with the place of the slip."""

import pytest

from bots.definition import read
from bots.shelf import LIBRARY, stock
from hub.errors import Invalid

GOOD = """
name: Xi
languages:
  en:
    phrases: {greeting: Hi, unsure: Sorry, handing_over: Wait, failed: Oops}
    person: [agent]
    entries:
      - {name: bill, questions: [my bill], answer: See the app}
"""


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        (GOOD.replace("name: Xi", "name: [Xi"), "x.yml:"),
        (GOOD.replace("name: Xi", "nmae: Xi"), "x.yml"),
        (GOOD.replace("answer: See the app", "anwser: See"), "$.languages[...].entries[0]"),
        (GOOD.replace("[my bill]", "[]"), "$.languages[...].entries[0].questions"),
        (GOOD + "      - {name: bill, questions: [again], answer: No}\n", "$.languages.en.entries"),
        (GOOD.replace("person: [agent]", "person: [agent]\n    menu: [{label: Nowhere}]"), "$.languages.en"),
        (GOOD + "sure: 1.5\n", "$.sure"),
        ("[]", "x.yml"),
        ("", "x.yml"),
    ],
)
def test_a_slip_names_its_place(wrong: str, place: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(wrong, name="x.yml")
    assert place in caught.value.path
    assert caught.value.hint


def test_the_library_loads_and_every_button_leads_to_its_answer() -> None:
    assert "water" in stock(LIBRARY)


def test_a_broken_file_never_stops_the_others(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("bots")
    (folder / "good.yml").write_text(GOOD, encoding="utf-8")
    (folder / "bad.yml").write_text("name: 1", encoding="utf-8")
    assert set(stock(folder)) == {"good"}


def test_no_and_on_are_words_not_truth_values() -> None:
    definition = read(GOOD.replace("answer: See the app", "answer: No"), name="x.yml")
    assert definition.languages["en"].entries[0].answer == "No"
