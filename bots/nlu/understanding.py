"""A trained bot's ears: one sentence in, its meaning out, in a fraction of a millisecond.

payload? -> exact example? -> linear layer -> (lead too small: with the vector of the sentence) -> gate -> Parse

Immutable and shared by all tasks; it never encodes a sentence itself: `wants_vector` says whether that would help.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

import numpy as np
from msgspec import structs

from bots.nlu import knowledge, payloads
from bots.nlu.features import Vocabulary
from bots.nlu.knowledge import Knowledge
from bots.nlu.layers import Floats, margin
from bots.nlu.normal import LONGEST, key
from bots.nlu.parse import FALLBACK, Entity, Meant, Parse, Selected, Why
from bots.nlu.tokens import tokens
from bots.project.checking import DEFAULT_INTENTS
from bots.project.model import Example, Project

Answer = tuple[int, str, str]
"""The number of its class, `faq/hours` and `utter_faq/hours`."""
RANKED = 10
PARSED = 4000
"""Characters of a message that are looked at; 100 KB of text are no sentence."""


class Understanding:
    """Knows one project by heart."""

    def __init__(self, known: Knowledge, project: Project) -> None:
        from bots.nlu.entities import Extractor

        self.known = known
        self._intents = {*project.intents, *DEFAULT_INTENTS, *(name.partition("/")[0] for name in known.classes)}
        self._examples: tuple[Example, ...] = project.nlu.examples
        self._exact = _exact(self._examples)
        self._heads = tuple(name.partition("/")[0] for name in known.classes)
        self._answers = _answers(known.classes)
        self._last: tuple[str, Floats] = ("", known.lexical.bias)
        """The scores of the sentence before: `parse` follows on `wants_vector`."""
        self._vocabulary = Vocabulary(known.names, known.weights)
        self._vectors = None if known.vectors is None else known.vectors.astype(np.float32)
        self._extractor = Extractor(project, known.tagger or None)

    @classmethod
    def load(cls, data: bytes, project: Project) -> "Understanding":
        """Read what `dump` wrote; raises `Malformed`."""
        return cls(knowledge.load(data), project)

    def dump(self) -> bytes:
        """Write down what was learned, without the project."""
        return knowledge.dump(self.known)

    def wants_vector(self, text: str) -> bool:
        """Say whether the vector of this sentence would help to understand it."""
        if self.known.meaning is None or not text.strip() or key(text) in self._exact:
            return False
        if payloads.read(text[:PARSED], self._intents) is not None:
            return False
        return margin(self._lexical(text[:PARSED])) < self.known.gate.sure

    def parse(self, text: str, vector: Floats | None = None, *, at: datetime | None = None) -> Parse:
        """Return what a sentence means; dates in it are counted from `at`."""
        text = text[:PARSED]
        told = payloads.read(text, self._intents)
        if told is not None:
            return told
        exact = self._exact.get(key(text))
        if exact is not None:
            scores = np.zeros(len(self.known.classes), np.float32)
            scores[self.known.classes.index(exact.intent)] = 1.0
            why = Why(step="exact", nearest=exact.text, nearness=1.0, score=1.0)
            return self._told(text, scores, self._entities(text, exact.intent, at), why, sure=True)
        return self._judged(text, vector, at)

    def _judged(self, text: str, vector: Floats | None, at: datetime | None) -> Parse:
        lexical = self._lexical(text)
        meaning = self.known.meaning.dense(vector) if self.known.meaning is not None and vector is not None else None
        shares = self.known.fusion.probabilities(lexical, meaning)
        nearest, nearness = self._nearest(vector)
        gate = self.known.gate
        fused = meaning is not None
        score = float(self.known.fusion.energy(lexical, meaning))
        threshold = gate.fused if fused else gate.alone
        why = Why(
            step="encoder" if fused else "linear", nearest=nearest, nearness=nearness, score=score, threshold=threshold
        )
        intent = self.known.classes[int(shares.argmax())] if shares.size else ""
        return self._told(text, shares, self._entities(text, intent, at), why, sure=score >= threshold and bool(intent))

    def _lexical(self, text: str) -> Floats:
        last, scores = self._last
        if last != text:
            scores = self.known.lexical.sparse(*self._vocabulary.vector(text[:LONGEST]))
            self._last = (text, scores)
        return scores

    def _nearest(self, vector: Floats | None) -> tuple[str, float]:
        if vector is None or self._vectors is None or not len(self._vectors):
            return "", 0.0
        near = self._vectors @ vector
        at = int(near.argmax())
        return self._examples[at].text, float(near[at])

    def _entities(self, text: str, intent: str, at: datetime | None) -> tuple[Entity, ...]:
        return self._extractor.extract(text, at, intent.partition("/")[0])

    def _told(self, text: str, shares: Floats, entities: tuple[Entity, ...], why: Why, *, sure: bool) -> Parse:
        """Put classes together to intents, surest first; what the gate stops is `nlu_fallback`, the rest follows."""
        ranking = _ranking(self._heads, shares)
        if sure:
            first = ranking[0]
        else:
            first = Meant(name=FALLBACK, confidence=round(1.0 - (ranking[0].confidence if ranking else 0.0), 6))
            ranking = (first, *ranking)
            why = structs.replace(why, step="fallback")
        return Parse(
            text=text, intent=first, entities=entities, intent_ranking=ranking[:RANKED], text_tokens=tokens(text),
            response_selector=_selected(self._answers, shares), why=why,
        )  # fmt: skip


def _exact(examples: tuple[Example, ...]) -> Mapping[str, Example]:
    """Return the examples by what they are compared by; one that stands under two intents decides nothing."""
    found: dict[str, Example] = {}
    twice: set[str] = set()
    for example in examples:
        same = key(example.text)
        if same and found.setdefault(same, example).intent != example.intent:
            twice.add(same)
    return {same: example for same, example in found.items() if same not in twice}


def _ranking(intents: tuple[str, ...], shares: Floats) -> tuple[Meant, ...]:
    """Return the surest intents; `intents` names that of each class."""
    sums: dict[str, float] = defaultdict(float)
    order = np.argsort(-shares, kind="stable")[: 4 * RANKED]
    for number, share in zip(order.tolist(), shares[order].tolist(), strict=True):
        sums[intents[number]] += share
    ranked = sorted(sums.items(), key=lambda one: -one[1])
    return tuple(Meant(name=name, confidence=round(min(share, 1.0), 6)) for name, share in ranked[:RANKED])


def _selected(groups: Mapping[str, tuple[Answer, ...]], shares: Floats) -> dict[str, tuple[Selected, ...]]:
    """Return, for every retrieval intent, its answers by how well they fit."""
    return {intent: _chosen(answers, shares.tolist()) for intent, answers in groups.items()}


def _chosen(answers: tuple[Answer, ...], shares: list[float]) -> tuple[Selected, ...]:
    whole = sum(shares[number] for number, _, _ in answers) or 1.0
    best = sorted(answers, key=lambda answer: -shares[answer[0]])[:RANKED]
    return tuple(
        Selected(intent_response_key=key, confidence=round(shares[number] / whole, 6), utter_action=action)
        for number, key, action in best
    )


def _answers(classes: tuple[str, ...]) -> dict[str, tuple[Answer, ...]]:
    """Return the answers of each retrieval intent."""
    groups: dict[str, list[Answer]] = defaultdict(list)
    for number, name in enumerate(classes):
        if "/" in name:
            groups[name.partition("/")[0]].append((number, name, f"utter_{name}"))
    return {intent: tuple(answers) for intent, answers in groups.items()}
