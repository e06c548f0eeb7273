"""What every ready-made bot is held to: it loads, its examples are people's, and it understands what it never saw."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import yaml

from bots.project.annotations import read as unmarked
from bots.project.folder import texts
from bots.project.model import Example, Project
from bots.project.reading import checked

LIBRARY = Path(__file__).parents[3] / "bots" / "library"
BASICS = {
    "greet", "goodbye", "thanks", "affirm", "deny", "ask_human", "out_of_scope", "chitchat", "bot_challenge", "faq",
}  # fmt: skip
"""Intents that every ready-made bot has, beside at least 18 of its trade."""


@cache
def loaded(bot: str, language: str) -> Project:
    """Return a ready-made bot (`shop`, `zh`); any fault of it, a warning too, fails the test."""
    project, faults = checked(texts(LIBRARY / bot / language))
    assert not faults, "\n".join(map(str, faults))
    assert project is not None
    return project


def counts(project: Project) -> Counter[str]:
    """Return how many examples each intent has, the sub-intents of a retrieval intent each for itself."""
    return Counter(example.intent for example in project.nlu.examples)


def folded(text: str) -> str:
    """Return a sentence as a hurried reader sees it: letters and digits only."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def said_twice(project: Project) -> list[str]:
    """Return sentences that stand twice, under one intent or two."""
    seen: dict[str, Example] = {}
    twice = []
    for example in project.nlu.examples:
        other = seen.setdefault(folded(example.text) or example.text, example)
        if other is not example:
            twice.append(f"{example.place} = {other.place}: {example.text}")
    return twice


def skeleton(example: Example) -> str:
    """Return a sentence without what a template would fill in: marked words and digits."""
    text = example.text
    for span in sorted(example.spans, key=lambda one: one.start, reverse=True):
        text = f"{text[: span.start]}<{span.entity}>{text[span.end :]}"
    return re.sub(r"\d+", "0", text.casefold())


def near_copies(project: Project, *, above: float = 0.85) -> list[str]:
    """Return pairs within an intent that differ in next to nothing, by what pairs of letters they share."""
    by_intent: dict[str, list[Example]] = {}
    for example in project.nlu.examples:
        by_intent.setdefault(example.intent, []).append(example)
    return [
        f"{one.place}: {one.text} ~ {other.text}"
        for examples in by_intent.values()
        for one, other in combinations(examples, 2)
        if _alike(skeleton(one), skeleton(other), above)
    ]


def _alike(one: str, other: str, above: float) -> bool:
    """Short ones ("yes yes") cannot help being alike, so they are let be."""
    if min(len(one), len(other)) < 14 or one.startswith("<") or other.endswith(">"):
        return False
    first, second = _pairs(one), _pairs(other)
    return len(first & second) > above * len(first | second)


@cache
def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))


def conversations(bot: str, language: str) -> list[dict[str, Any]]:
    """Return the test conversations of a bot, in Rasa's end-to-end form."""
    told = yaml.safe_load((LIBRARY / bot / language / "tests" / "test_stories.yml").read_text(encoding="utf-8"))
    stories: list[dict[str, Any]] = told["stories"]
    return stories


def unknown_steps(project: Project, stories: list[dict[str, Any]]) -> list[str]:
    """Return steps of test conversations that name what the bot does not have."""
    return [f"{story['story']}: {step}" for story in stories for step in story["steps"] if not _known(project, step)]


def _known(project: Project, step: dict[str, Any]) -> bool:
    if "user" in step:
        _, spans = unmarked(step["user"].strip())
        intent = step["intent"].partition("/")[0]
        return intent in {*project.intents, "nlu_fallback"} and all(one.entity in project.entities for one in spans)
    if "action" in step:
        return any(name == step["action"] for name in _doable(project))
    return step.get("active_loop") in {*project.forms, None} and all(
        name in {*project.slots, "requested_slot"} for held in step.get("slot_was_set", []) for name in held
    )


def _doable(project: Project) -> Iterator[str]:
    yield from project.actions
    yield from project.responses
    yield from project.forms
    yield from (name.partition("/")[0] for name in project.responses)
    yield from ("action_default_fallback", "action_two_stage_fallback", "action_deactivate_loop", "action_restart")
