"""What both languages of a bot share: its rules, the source of its actions; and how well it understands."""

import asyncio
import re
from datetime import UTC, datetime

import sklearn.linear_model  # noqa: F401  # loads the libraries whose threads are held below
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # of scikit-learn; ships no types

from bots import testing
from bots.nlu import encoder
from bots.nlu.evaluation import cross_validated
from bots.nlu.training import train
from bots.project.model import Did, LoopIs, Project, Rule, UserSaid
from bots.trained import trained_of
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


def otherwise(project: Project) -> list[str]:
    """Return the test conversations of a project that go otherwise than they are written, played by a trained bot."""
    known = encoder.load()
    with threadpool_limits(1):
        trained = trained_of(project, train(project, known))
    played = asyncio.run(testing.run(trained, at=datetime(2026, 12, 1, 4, tzinfo=UTC), encoder=known))
    return [str(one) for one in played if not one.passed]
