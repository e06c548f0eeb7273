"""The IT bot, in both languages: it loads without a fault, and what it was taught is people's and enough."""

import pytest

from tests.bots.library import checks

LANGUAGES = ("zh", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_has_intents_and_examples_enough(language: str) -> None:
    project = checks.loaded("it", language)
    assert set(project.intents) >= checks.BASICS
    assert len(set(project.intents) - checks.BASICS) >= 18
    counts = checks.counts(project)
    assert min(counts.values()) >= 18, counts.most_common()[-1]
    assert sum(name.startswith("faq/") for name in counts) >= 8


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_stands_twice_and_none_nearly(language: str) -> None:
    project = checks.loaded("it", language)
    assert checks.said_twice(project) == []
    assert checks.near_copies(project) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_test_conversations_name_only_what_it_has(language: str) -> None:
    stories = checks.conversations("it", language)
    assert len(stories) >= 12
    assert checks.unknown_steps(checks.loaded("it", language), stories) == []


def test_both_languages_are_one_bot() -> None:
    """The same intents, forms, slots and rules, so that one action server serves both."""
    zh, en = (checks.loaded("it", language) for language in LANGUAGES)
    assert (set(zh.intents), set(zh.forms), set(zh.slots), set(zh.actions), set(zh.responses)) == (
        set(en.intents), set(en.forms), set(en.slots), set(en.actions), set(en.responses),
    )  # fmt: skip
    assert [rule.name for rule in zh.rules] == [rule.name for rule in en.rules]
