"""A trained bot's ears: one sentence in, its meaning out, in a fraction of a millisecond.

payload? -> exact example? -> linear layer -> (lead too small: with the vector of the sentence)
-> calibrated gate -> thresholds of config.yml, where it names FallbackClassifier -> Parse

Immutable and shared by all tasks; it never encodes a sentence itself: `wants_vector` says whether that would help.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from heapq import nlargest

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from bots.nlu import knowledge, payloads
from bots.nlu.features import Indices, Values, Vocabulary
from bots.nlu.knowledge import Knowledge
from bots.nlu.layers import Floats, judged, margin
from bots.nlu.normal import key, normal
from bots.nlu.parse import FALLBACK, Entity, Meant, Parse, Selected, Why
from bots.nlu.tokens import tokens
from bots.project.checking import DEFAULT_INTENTS
from bots.project.model import Example, Project

Answer = tuple[int, str, str]
"""The number of its class, `faq/hours` and `utter_faq/hours`."""
_Scored = tuple[Indices, Values, Floats]
"""A sentence by the numbers and weights of its parts, and its scores by them alone."""
RANKED = 10
LOOKED_AT = 3
"""Classes among whose examples the nearest is looked for."""
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
        self._ranking = _Ranking(known.classes)
        self._answers = _answers(known.classes)
        self._thresholds = project.config.fallback, project.config.ambiguity
        self._last: tuple[str, str, _Scored | None] = ("", "", None)
        """The sentence before, normalised, and its scores once asked for: `parse` follows on `wants_vector`."""
        words, vector = known.fused.parted(len(known.names)) if known.fused is not None else (known.lexical, None)
        self._fused, self._dense = words, None if vector is None else vector.weights.astype(np.float32)
        self._vectors = None if known.vectors is None else known.vectors.astype(np.float32)
        self._places = _places(known.classes, self._examples)
        self._extractor = Extractor(project, known.tagger or None)
        self._vocabulary = Vocabulary(known.names, known.weights, self._extractor.words)

    @classmethod
    def load(cls, data: bytes, project: Project) -> "Understanding":
        """Read what `dump` wrote; raises `Malformed`."""
        return cls(knowledge.load(data), project)

    def dump(self) -> bytes:
        """Write down what was learned, without the project."""
        return knowledge.dump(self.known)

    def wants_vector(self, text: str) -> bool:
        """Say whether the vector of this sentence would help to understand it."""
        text = text[:PARSED]
        if self._dense is None or not text.strip() or key(self._normal(text)) in self._exact:
            return False
        if payloads.read(text, self._intents) is not None:
            return False
        return margin(self._lexical(text)[2]) < self.known.gate.sure

    def parse(self, text: str, vector: Floats | None = None, *, at: datetime | None = None) -> Parse:
        """Return what a sentence means; dates in it are counted from `at`."""
        text = text[:PARSED]
        told = payloads.read(text, self._intents)
        if told is not None:
            return told
        exact = self._exact.get(key(self._normal(text)))
        if exact is not None:
            scores = np.zeros(len(self.known.classes), np.float32)
            scores[self.known.classes.index(exact.intent)] = 1.0
            why = Why(step="exact", nearest=exact.text, nearness=1.0, score=1.0)
            return self._told(text, scores, self._entities(text, exact.intent, at), why, sure=True)
        return self._judged(text, vector, at)

    def _judged(self, text: str, vector: Floats | None, at: datetime | None) -> Parse:
        numbers, values, lexical = self._lexical(text)
        fused = self._dense is not None and vector is not None
        if self._dense is not None and vector is not None:
            shares, _ = judged(self._fused.sparse(numbers, values) + vector @ self._dense)
            energy = judged(lexical * self.known.gate.words + self._gated(vector))[1]
        else:
            shares, energy = judged(lexical * self.known.scale)
        nearest, nearness = self._nearest(vector, shares)
        gate = self.known.gate
        score = float(energy)
        threshold = gate.fused if fused else gate.alone
        why = Why(
            step="encoder" if fused else "linear", nearest=nearest, nearness=nearness, score=score, threshold=threshold
        )
        intent = self.known.classes[int(shares.argmax())] if shares.size else ""
        return self._told(text, shares, self._entities(text, intent, at), why, sure=score >= threshold and bool(intent))

    def _gated(self, vector: Floats) -> Floats:
        return self.known.gating.dense(vector) if self.known.gating is not None else np.zeros((), np.float32)

    def _normal(self, text: str) -> str:
        last, plain, _ = self._last
        if last != text:
            plain = normal(text)
            self._last = (text, plain, None)
        return plain

    def _lexical(self, text: str) -> _Scored:
        last, _, scored = self._last
        if last != text or scored is None:
            plain = self._normal(text)
            numbers, values = self._vocabulary.vector(plain)
            scored = (numbers, values, self.known.lexical.sparse(numbers, values))
            self._last = (text, plain, scored)
        return scored

    def _nearest(self, vector: Floats | None, shares: Floats) -> tuple[str, float]:
        """Return the example that means nearly the same, of those of the surest classes: to look at all takes long."""
        if vector is None or self._vectors is None:
            return "", 0.0
        surest = shares.argsort()[-LOOKED_AT:].tolist()
        places = np.concatenate([self._places[number] for number in surest])
        near = self._vectors[places] @ vector
        at = int(near.argmax())
        return self._examples[int(places[at])].text, float(near[at])

    def _entities(self, text: str, intent: str, at: datetime | None) -> tuple[Entity, ...]:
        return self._extractor.extract(text, at, intent.partition("/")[0])

    def _told(self, text: str, shares: Floats, entities: tuple[Entity, ...], why: Why, *, sure: bool) -> Parse:
        """Put classes together to intents, surest first; what is stopped is `nlu_fallback`, the rest follows."""
        ranking = self._ranking(shares)
        if sure:
            why, sure = self._named(ranking, why)
        if sure:
            first = ranking[0]
        else:
            first = Meant(name=FALLBACK, confidence=round(1.0 - (ranking[0].confidence if ranking else 0.0), 6))
            ranking = (first, *ranking)
            why = structs.replace(why, step="fallback")
        return Parse(
            text=text, intent=first, entities=entities, intent_ranking=ranking[:RANKED],
            text_tokens=tokens(text, self._extractor.words), response_selector=_selected(self._answers, shares),
            why=why,
        )  # fmt: skip

    def _named(self, ranking: tuple[Meant, ...], why: Why) -> tuple[Why, bool]:
        """Say whether FallbackClassifier, where config.yml names it, lets the first intent pass, and why it does not.

        Its thresholds come on top of the calibrated gate: the first is less sure than `threshold`, or leads the second
        by less than `ambiguity_threshold` (rasa 3.6, `rasa/nlu/classifiers/fallback_classifier.py`).
        """
        least, apart = self._thresholds
        if least is None:
            return why, True
        first = ranking[0].confidence
        if first < least:
            return structs.replace(why, score=first, threshold=least), False
        lead = first - ranking[1].confidence if len(ranking) > 1 else 1.0
        return (structs.replace(why, score=lead, threshold=apart), False) if lead < apart else (why, True)


def _places(classes: tuple[str, ...], examples: tuple[Example, ...]) -> tuple[NDArray[np.intp], ...]:
    """Return where the examples of each class stand."""
    places: dict[str, list[int]] = {name: [] for name in classes}
    for at, example in enumerate(examples):
        places[example.intent].append(at)
    return tuple(np.array(one, np.intp) for one in places.values())


def _exact(examples: tuple[Example, ...]) -> Mapping[str, Example]:
    """Return the examples by what they are compared by; one that stands under two intents decides nothing."""
    found: dict[str, Example] = {}
    twice: set[str] = set()
    for example in examples:
        same = key(normal(example.text))
        if same and found.setdefault(same, example).intent != example.intent:
            twice.add(same)
    return {same: example for same, example in found.items() if same not in twice}


class _Ranking:
    """Puts the shares of classes together to those of intents, surest first."""

    def __init__(self, classes: tuple[str, ...]) -> None:
        self._intents = tuple(dict.fromkeys(name.partition("/")[0] for name in classes))
        number = {name: at for at, name in enumerate(self._intents)}
        self._heads = np.array([number[name.partition("/")[0]] for name in classes], np.intp)

    def __call__(self, shares: Floats) -> tuple[Meant, ...]:
        sums = np.bincount(self._heads, weights=shares, minlength=len(self._intents))
        best = (-sums).argsort(kind="stable")[:RANKED]
        shown = np.minimum(sums[best], 1.0).round(6).tolist()
        names = self._intents
        return tuple([Meant(name=names[at], confidence=share) for at, share in zip(best.tolist(), shown, strict=True)])


def _selected(groups: Mapping[str, tuple[Answer, ...]], shares: Floats) -> dict[str, tuple[Selected, ...]]:
    """Return, for every retrieval intent, its answers by how well they fit."""
    told: list[float] = shares.tolist() if groups else []
    return {intent: _chosen(answers, told) for intent, answers in groups.items()}


def _chosen(answers: tuple[Answer, ...], shares: list[float]) -> tuple[Selected, ...]:
    whole = sum([shares[number] for number, _, _ in answers]) or 1.0
    best = nlargest(RANKED, answers, key=lambda answer: shares[answer[0]])
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
