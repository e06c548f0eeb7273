"""Reports say what is true of the judgements, and can be carried as JSON."""

import msgspec
import pytest

from bots.nlu.entities.tagging import EXTRACTOR as TAGGER
from bots.nlu.evaluation import Judged, Report, cross_validated, reported
from bots.nlu.parse import FALLBACK, Entity, Meant, Parse
from bots.project.annotations import read as unmarked
from bots.project.model import Example, Place, Project
from hub.errors import Invalid
from tests.bots.nlu.letters import Letters
from tests.bots.nlu.said import only

PLACE = Place("held.yml", 1)


def judged(wanted: str, *ranking: str) -> Judged:
    """Return one sentence of an intent, and what it was taken for, surest first."""
    meant = tuple(Meant(name=name, confidence=1 / (2 + at)) for at, name in enumerate(ranking))
    return Judged(
        example=Example(text=f"{wanted} {ranking}", intent=wanted, place=PLACE),
        parse=Parse(text="", intent=meant[0], intent_ranking=meant),
    )


def test_the_figures_are_those_of_the_textbook() -> None:
    """Three of four right; the gate aside, for that is told by itself."""
    report = reported([
        judged("a", "a", "b"), judged("a", FALLBACK, "a"), judged("a", "b", "a"), judged("b", "b", "a"),
        judged("oos", FALLBACK, "a"), judged("oos", "a"), judged("out_of_scope", "out_of_scope"),
    ])  # fmt: skip
    assert (report.accuracy, report.examples, report.rejected) == (0.75, 7, 0.25)
    assert report.out_of_scope == pytest.approx(2 / 3, abs=1e-6)
    a, b = report.intents
    assert (a.intent, a.support, a.precision, a.recall, a.f1) == ("a", 3, 1.0, round(2 / 3, 6), 0.8)
    assert (b.intent, b.support, b.precision, b.recall) == ("b", 1, 0.5, 1.0)
    assert report.macro_f1 == pytest.approx((a.f1 + b.f1) / 2, abs=1e-6)
    assert report.weak == ("b",)
    (confusion,) = report.confusion
    assert (confusion.expected, confusion.got, confusion.count) == ("a", "b", 1)


def test_an_own_sentence_taken_for_a_stranger_was_stopped() -> None:
    """Whether by the gate, or by the bot's own intent for strangers."""
    report = reported([judged("a", "out_of_scope", "a"), judged("a", "a")])
    assert (report.rejected, report.accuracy, report.out_of_scope) == (0.5, 0.5, None)


def test_every_sentence_is_judged_by_a_bot_that_does_not_know_it(project: Project) -> None:
    """Each sentence is encoded once; progress goes up; the report survives JSON."""
    letters, told = Letters(), list[float]()
    report = cross_validated(project, letters, folds=4, tell=lambda fraction, stage: told.append(fraction))
    assert letters.asked == report.examples == len(project.nlu.examples)
    assert (report.folds, told[-1]) == (4, 1.0)
    assert report.threshold is not None
    assert 0.25 < report.accuracy < 1, "it knew what it was asked, or nothing at all"
    assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report


def test_too_few_sentences_cannot_be_judged(project: Project) -> None:
    """The error says how many are needed."""
    with pytest.raises(Invalid, match="Too few examples") as caught:
        cross_validated(only(project, 9), None)
    assert "10" in caught.value.hint


def named(text: str, marks: str, *found: Entity) -> Judged:
    """Return a sentence whose marks are those of an example, and what was found in it."""
    plain, spans = unmarked(marks)
    meant = Meant(name="a", confidence=1.0)
    return Judged(
        example=Example(text=plain, intent="a", spans=tuple(spans), place=PLACE),
        parse=Parse(text=text, intent=meant, intent_ranking=(meant,), entities=found),
    )


def entity(name: str, start: int, end: int, role: str | None = None, extractor: str = TAGGER) -> Entity:
    """Return something that was found."""
    return Entity(entity=name, start=start, end=end, value="", role=role, extractor=extractor)


@pytest.mark.parametrize(
    ("judgements", "f1"),
    [
        ([named("去上海", "去[上海](city)", entity("city", 1, 3))], 1.0),
        ([named("去上海", "去[上海](city)", entity("city", 1, 2))], 0.0),
        ([named("去上海", '去[上海]{"entity": "city", "role": "to"}', entity("city", 1, 3, "to"))], 1.0),
        ([named("去上海", '去[上海]{"entity": "city", "role": "to"}', entity("city", 1, 3, "from"))], 0.0),
        ([named("去上海", "去[上海](city)", entity("city", 1, 3), entity("date", 0, 1))], 1.0),
        ([named("去上海", "去[上海](city)", entity("city", 1, 3), entity("city", 0, 1))], round(2 / 3, 6)),
        ([named("去上海", "去[上海](city)"), named("上海", "上海", entity("city", 0, 2, extractor="table"))], 0.0),
        ([named("去上海", "去[上海](city)", entity("city", 1, 3)), named("上", "上", entity("city", 0, 1))], 2 / 3),
        ([named("去", "去", entity("city", 0, 1))], None),
    ],
)
def test_entities_count_by_name_place_and_role(judgements: list[Judged], f1: float | None) -> None:
    """A name that nobody marks is not asked for; without a mark in the sentence only what the tagger guessed counts."""
    assert reported(judgements).entity_f1 == (None if f1 is None else pytest.approx(f1, abs=1e-6))
