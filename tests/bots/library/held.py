"""What both languages of a bot share: its rules, the source of its actions; and how well it understands."""

import re

import sklearn.linear_model  # noqa: F401  # loads the libraries whose threads are held below
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # of scikit-learn; ships no types

from bots.nlu import encoder
from bots.nlu.evaluation import cross_validated
from bots.project.model import Did, LoopIs, Project, Rule, UserSaid
from tests.bots.library.checks import LIBRARY


def named_responses(bot: str) -> set[str]:
    """Return every response that the actions of a bot name in full."""
    sources = "".join(path.read_text(encoding="utf-8") for path in sorted((LIBRARY / bot / "actions").glob("*.py")))
    return set(re.findall(r'"(utter_[a-z_]+)"', sources))


def during(project: Project, form: str) -> dict[str, tuple[str, ...]]:
    """Return what is done when an intent comes in the middle of a form, by intent."""
    found: dict[str, tuple[str, ...]] = {}
    for rule in project.rules:
        if _inside(rule, form):
            did = tuple(step.action for step in rule.steps if isinstance(step, Did))
            for step in rule.steps:
                if isinstance(step, UserSaid):
                    found.update(dict.fromkeys(step.intents, did))
    return found


def _inside(rule: Rule, form: str) -> bool:
    return any(isinstance(one, LoopIs) and one.loop == form for one in rule.conditions)


def accuracy(project: Project) -> float:
    """Return how many sentences a bot understands that it was not trained with, by 5-fold cross-validation.

    On one thread: small matrices on many threads spend minutes waiting for each other on a busy machine.
    """
    with threadpool_limits(1):
        return cross_validated(project, encoder.load()).accuracy
