"""How well a bot understands: on sentences it was not trained with, by cross-validation or a set of their own."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from msgspec import Struct, structs

from bots.nlu import calibration
from bots.nlu.encoder import Encoder
from bots.nlu.entities.tagging import EXTRACTOR as TAGGER
from bots.nlu.layers import Floats
from bots.nlu.parse import FALLBACK, Parse
from bots.nlu.training import FOLDS, fitted, vectors_of
from bots.nlu.understanding import Understanding
from bots.project.model import Example, Project
from hub.errors import Invalid

STRANGE = frozenset({"oos", "out_of_scope", FALLBACK})
"""Intents of a test set that say: none of the bot's."""
WEAK = 0.8
"""The F1 below which an intent is weak."""
SHOWN = 5
ENOUGH = 500
"""Examples from which on one part held out calibrates the bots of a cross-validation; it is five times quicker."""


class IntentScore(Struct, frozen=True, kw_only=True):
    """One intent: how many sentences had it, and the usual three shares."""

    intent: str
    support: int
    precision: float
    recall: float
    f1: float


class Confusion(Struct, frozen=True, kw_only=True):
    """Sentences of one intent that were taken for another."""

    expected: str
    got: str
    count: int
    examples: tuple[str, ...] = ()


class Report(Struct, frozen=True, kw_only=True):
    """What was measured. Shares lie between 0 and 1.

    `accuracy` is that of the surest intent, before the gate; `rejected` the part of the bot's own sentences that the
    gate stopped or that were taken for strangers, `out_of_scope` that part of the strangers (None: there were none).
    `entity_f1` compares names that the examples mark, by place, role and group (None: they mark none).
    """

    accuracy: float
    macro_f1: float
    examples: int = 0
    folds: int = 0
    threshold: float | None = None
    rejected: float = 0.0
    out_of_scope: float | None = None
    entity_f1: float | None = None
    intents: tuple[IntentScore, ...] = ()
    confusion: tuple[Confusion, ...] = ()
    weak: tuple[str, ...] = ()


class Judged(Struct, frozen=True, kw_only=True):
    """One sentence, what it means, and what it was taken for."""

    example: Example
    parse: Parse


def cross_validated(
    project: Project, encoder: Encoder | None, *, folds: int = 5, tell: Callable[[float, str], None] = lambda f, s: None
) -> Report:
    """Judge every example by a bot that was trained without it; raises `Invalid` when there are too few."""
    examples = project.nlu.examples
    if len(examples) < 2 * folds:
        raise Invalid("Too few examples to judge the bot", path="nlu", hint=f"Write at least {2 * folds}.")
    vectors = vectors_of(examples, encoder, tell)
    names = {name: at for at, name in enumerate(sorted({example.intent for example in examples}))}
    fold = calibration.folds([names[example.intent] for example in examples], folds)
    rounds = 1 if len(examples) > ENOUGH else FOLDS
    judged: list[Judged] = []
    thresholds: list[float] = []
    for one in range(folds):
        tell(one / folds, "validating")
        seen, rest = np.flatnonzero(fold != one), np.flatnonzero(fold == one)
        known = structs.replace(project.nlu, examples=tuple(examples[at] for at in seen))
        rows = None if vectors is None else vectors[seen]
        bot = fitted(structs.replace(project, nlu=known), rows, encoder, lambda fraction, stage: None, rounds=rounds)
        thresholds.append(bot.known.gate.fused if vectors is not None else bot.known.gate.alone)
        judged += [_judged(bot, examples[at], None if vectors is None else vectors[at]) for at in rest]
    tell(1.0, "validating")
    return structs.replace(reported(judged), folds=folds, threshold=_finite(float(np.mean(thresholds))))


def evaluated(understanding: Understanding, examples: Sequence[Example], encoder: Encoder | None) -> Report:
    """Judge a bot by sentences of their own."""
    vectors = vectors_of(examples, encoder if understanding.known.fused is not None else None, lambda f, s: None)
    judged = [
        _judged(understanding, example, None if vectors is None else vectors[at]) for at, example in enumerate(examples)
    ]
    gate = understanding.known.gate
    return structs.replace(reported(judged), threshold=_finite(gate.alone if vectors is None else gate.fused))


def _judged(bot: Understanding, example: Example, vector: Floats | None) -> Judged:
    return Judged(example=example, parse=bot.parse(example.text, vector if bot.wants_vector(example.text) else None))


def reported(judged: Sequence[Judged]) -> Report:
    """Put judgements together."""
    own = [one for one in judged if one.example.intent not in STRANGE]
    strangers = [one for one in judged if one.example.intent in STRANGE]
    pairs = [(one.example.intent, _best(one.parse, one.example.intent)) for one in own]
    scores = _scores(pairs)
    return Report(
        accuracy=_share(sum(wanted == got for wanted, got in pairs), len(pairs)),
        macro_f1=_share(sum(score.f1 for score in scores), len(scores)),
        examples=len(judged),
        rejected=_share(sum(one.parse.intent.name in STRANGE for one in own), len(own)),
        out_of_scope=_share(sum(one.parse.intent.name in STRANGE for one in strangers), len(strangers))
        if strangers
        else None,
        entity_f1=_entity_f1(own),
        intents=tuple(scores),
        confusion=_confusion(own),
        weak=tuple(score.intent for score in sorted(scores, key=lambda one: one.f1) if score.f1 < WEAK),
    )


def _best(parse: Parse, wanted: str) -> str:
    """Return what was understood, the gate aside; a sub-intent by its selector when one was wanted."""
    best = next((one.name for one in parse.intent_ranking if one.name and one.name != FALLBACK), "") or ""
    if "/" in wanted and parse.response_selector.get(best):
        return parse.response_selector[best][0].intent_response_key
    return best


def _scores(pairs: Sequence[tuple[str, str]]) -> list[IntentScore]:
    wanted, got = Counter(one for one, _ in pairs), Counter(one for _, one in pairs)
    right = Counter(one for one, other in pairs if one == other)
    return [
        _score(name, wanted[name], _share(right[name], got[name]), _share(right[name], wanted[name]))
        for name in sorted(wanted)
    ]


def _score(name: str, support: int, precision: float, recall: float) -> IntentScore:
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return IntentScore(intent=name, support=support, precision=precision, recall=recall, f1=round(f1, 6))


def _confusion(judged: Sequence[Judged]) -> tuple[Confusion, ...]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in judged:
        got = _best(one.parse, one.example.intent)
        if got != one.example.intent:
            found[one.example.intent, got].append(one.example.text)
    often = sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return tuple(
        Confusion(expected=wanted, got=got, count=len(texts), examples=tuple(texts[:SHOWN]))
        for (wanted, got), texts in often
    )


Found = tuple[int, str, int, int, str | None, str | None]
"""The number of the sentence, the entity, where it stands, its role and its group."""


def _entity_f1(judged: Sequence[Judged]) -> float | None:
    """Return F1 over entities, each by name, place, role and group; None when no example marks any.

    Only names that some example marks are asked for. Examples are marked where that teaches something, and most that
    hold an entity are not: what a table, a pattern or a grammar finds in a sentence without a mark is right by its
    making and not counted; what the tagger guesses there is counted as wrong.
    """
    marked: set[Found] = {
        (at, one.entity, one.start, one.end, one.role, one.group)
        for at, each in enumerate(judged)
        for one in each.example.spans
    }
    if not marked:
        return None
    names = {one[1] for one in marked}
    found: set[Found] = {
        (at, one.entity, one.start, one.end, one.role, one.group)
        for at, each in enumerate(judged)
        for one in each.parse.entities
        if one.entity in names and (each.example.spans or one.extractor == TAGGER)
    }
    return _share(2 * len(marked & found), len(marked) + len(found))


def _share(part: float, whole: int) -> float:
    return round(part / whole, 6) if whole else 0.0


def _finite(value: float) -> float | None:
    """Return a threshold, or None where nothing was calibrated and nothing is stopped."""
    return round(value, 4) if np.isfinite(value) else None
