"""What a trained bot understands, and what it leaves alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.nlu.encoder import Encoder
from bots.nlu.evaluation import evaluated
from bots.nlu.parse import FALLBACK, Parse
from bots.nlu.training import train
from bots.nlu.understanding import PARSED, RANKED, Understanding
from bots.project.model import Example, Place, Project
from tests.bots.nlu.letters import Letters
from tests.bots.nlu.said import HELD, LEARNED, STRANGERS, only, shop

KNOWN = [text for texts in LEARNED.values() for text in texts]
TEXTS = st.one_of(
    st.text(max_size=80), st.text('你好退款快递/{}": 123 abc', max_size=40), st.sampled_from(KNOWN)
)  # fmt: skip


def test_what_stands_in_the_examples_is_certain(words: Understanding) -> None:
    """Width, case, traditional characters and marks at the end make no difference."""
    for text in (
        "我要退款",
        "我要退款！",
        "  我要退款。 ",
        "我要退款?",
        "I WANT MY MONEY BACK",
        "ｉ ｗａｎｔ my money back",
    ):
        parse = words.parse(text)
        assert (parse.intent.name, parse.intent.confidence, parse.why.step) == ("refund", 1.0, "exact"), text
    assert words.parse("電子發票發我郵箱").intent.name == "invoice"
    assert words.parse("電子發票發我郵箱").text == "電子發票發我郵箱"


def test_a_sentence_of_two_intents_decides_nothing_by_itself(project: Project) -> None:
    """Which of them is meant, the layers say."""
    twice = Example(text="我要退款", intent="greet", place=Place("nlu.yml", 1))
    nlu = project.nlu
    both = type(nlu)(examples=(*nlu.examples, twice), lookups=nlu.lookups)
    bot = train(type(project)(files={}, intents=project.intents, nlu=both), None)
    assert bot.parse("我要退款").why.step == "linear"
    assert bot.parse("我要退款").intent.confidence < 1


def test_a_button_says_its_intent(words: Understanding) -> None:
    """As Rasa reads it: offsets are those of the JSON part."""
    said = '/track{"city": "上海", "number": 7}'
    parse = words.parse(said)
    assert (parse.intent.name, parse.intent.confidence) == ("track", 1.0)
    assert [(one.entity, one.value, one.start, one.end, one.extractor) for one in parse.entities] == [
        ("city", "上海", 6, len(said), "RegexMessageHandler"),
        ("number", 7, 6, len(said), "RegexMessageHandler"),
    ]
    assert words.parse("/restart").intent.name == "restart"
    assert words.parse("/nothing_like_it").why.step != "payload"
    assert words.parse('/track{"city": ').why.step != "payload"


def test_lookup_words_are_found(words: Understanding) -> None:
    """The entities' own tests say more."""
    (city,) = (one for one in words.parse("快递到上海了吗").entities if one.entity == "city")
    assert (city.start, city.end, city.value) == (3, 5, "上海")


def test_an_answer_is_chosen(words: Understanding) -> None:
    """A retrieval intent goes by its first half; its second is the selector's."""
    parse = words.parse("请问你们几点上班呢")
    assert parse.intent.name == "faq"
    first, second = parse.response_selector["faq"]
    assert (first.intent_response_key, first.utter_action) == ("faq/hours", "utter_faq/hours")
    assert first.confidence > 0.7 > second.confidence
    assert first.confidence + second.confidence == pytest.approx(1, abs=1e-5)


def test_strangers_fall_back_and_the_ranking_keeps_the_rest(words: Understanding) -> None:
    """As Rasa's FallbackClassifier does it: `nlu_fallback` first, at one minus the best."""
    parse = words.parse("xyzzy qwrtp")
    assert parse.intent == parse.intent_ranking[0]
    assert parse.intent.name == FALLBACK
    assert parse.why.step == "fallback"
    assert parse.why.score < parse.why.threshold
    assert parse.intent.confidence == pytest.approx(1 - parse.intent_ranking[1].confidence, abs=1e-5)
    assert {one.name for one in parse.intent_ranking} >= {"greet", "refund", "track"}


def _with_thresholds(threshold: float, ambiguity: float) -> Understanding:
    """Return the shop's bot as a config.yml with a FallbackClassifier makes it; the calibrated gate stops nothing."""
    named = f"{{name: FallbackClassifier, threshold: {threshold}, ambiguity_threshold: {ambiguity}}}"
    config = f"recipe: default.v1\nlanguage: zh\npipeline: [{named}]"
    return train(shop(config=config, yizhan="nlu: {false_rejection: 0}"), None)


def test_the_threshold_of_the_config_stops_what_is_less_sure(words: Understanding) -> None:
    """FallbackClassifier of config.yml; what stands in the examples is sure, and so is a button."""
    said = "想把东西退了"
    sure = words.parse(said).intent.confidence
    bot = _with_thresholds(sure + 0.01, 0)
    stopped = bot.parse(said)
    assert (stopped.intent.name, stopped.why.step) == (FALLBACK, "fallback")
    assert stopped.why.score == pytest.approx(sure)
    assert stopped.why.threshold == pytest.approx(sure + 0.01)
    assert stopped.intent_ranking[1].name == "refund"
    assert _with_thresholds(sure - 0.01, 0).parse(said).intent.name == "refund"
    assert [bot.parse(text).intent.name for text in ("我要退款", "/refund")] == ["refund", "refund"]


def test_what_could_as_well_be_something_else_is_stopped(words: Understanding) -> None:
    """`ambiguity_threshold`: the least lead of the first over the second."""
    said = "想把东西退了"
    first, second = words.parse(said).intent_ranking[:2]
    lead = first.confidence - second.confidence
    assert _with_thresholds(0, lead - 0.01).parse(said).intent.name == "refund"
    stopped = _with_thresholds(0, lead + 0.01).parse(said)
    assert stopped.intent.name == FALLBACK
    assert stopped.why.score == pytest.approx(lead, abs=1e-5)


def test_what_was_never_seen_is_understood(words: Understanding) -> None:
    """A small honest set: written before the first run, never trained on."""
    report = evaluated(words, _held(), None)
    assert report.accuracy >= 0.85
    assert report.rejected <= 0.25
    assert report.out_of_scope is not None
    assert report.out_of_scope >= 0.5


def test_with_the_encoder_more_is_understood(real: Encoder, project: Project) -> None:
    """The same set, by meaning too."""
    bot = train(project, real)
    report = evaluated(bot, _held(), real)
    assert report.accuracy >= 0.9
    assert report.out_of_scope is not None
    assert report.out_of_scope >= 0.7
    near = bot.parse("我买的东西想退回去", real.encode(["我买的东西想退回去"])[0])
    assert near.intent.name == "refund"
    assert near.why.nearest in LEARNED["refund"]


def _held() -> list[Example]:
    said = [*HELD.items(), ("out_of_scope", STRANGERS)]
    return [Example(text=text, intent=name, place=Place("held", 1)) for name, texts in said for text in texts]


def test_a_stricter_gate_stops_more(project: Project) -> None:
    """`nlu: {false_rejection: ...}` says how many of its own sentences a bot may stop."""
    gates = [train(shop(yizhan=f"nlu: {{false_rejection: {part}}}"), None).known.gate.alone for part in (0, 0.05, 0.4)]
    assert gates == sorted(gates)
    assert gates[0] < gates[2]


def test_vectors_are_wanted_only_where_they_help(words: Understanding, lettered: Understanding) -> None:
    """Not by a bot without an encoder, not for buttons, examples and nothing at all."""
    assert not any(words.wants_vector(text) for text in STRANGERS)
    assert not any(lettered.wants_vector(text) for text in ("我要退款", "/greet", "", "  ", '/track{"a": 1}'))
    assert all(lettered.wants_vector(text) for text in STRANGERS)


def test_a_bot_trained_with_vectors_answers_without(lettered: Understanding) -> None:
    """The encoder may be away."""
    parse = lettered.parse("帮我查下物流到哪里了")
    assert parse.intent.name == "track"
    assert parse.why.step == "linear"


def test_the_nearest_example_is_named(lettered: Understanding) -> None:
    """For the console: why was it understood so."""
    text = "我的快递到哪儿了啊"
    parse = lettered.parse(text, Letters().encode([text])[0])
    assert parse.why.nearest == "我的快递到哪了"
    assert 0.5 < parse.why.nearness < 1


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_any_text_is_parsed(words: Understanding, lettered: Understanding, text: str) -> None:
    """And the answer keeps its promises."""
    for parse in (words.parse(text), lettered.parse(text), lettered.parse(text, Letters().encode([text])[0])):
        _holds(parse, text)
    assert words.parse(text) == words.parse(text)


def test_a_very_long_message_is_cut(lettered: Understanding) -> None:
    """100 KB of text are no sentence; what stands first is understood."""
    for text in ("我要退款。" * 7000, "a" * 100_000, "/greet" + "x" * 100_000, "/greet{" * 14_000, "\u0344" * 50_000):
        _holds(lettered.parse(text), text[:PARSED])
        lettered.wants_vector(text)


def _holds(parse: Parse, text: str) -> None:
    assert parse.text == text
    assert parse.intent == parse.intent_ranking[0]
    assert 1 <= len(parse.intent_ranking) <= RANKED
    assert all(0 <= one.confidence <= 1 for one in parse.intent_ranking)
    rest = [one.confidence for one in parse.intent_ranking if one.name != FALLBACK]
    assert rest == sorted(rest, reverse=True)
    assert len({one.name for one in parse.intent_ranking}) == len(parse.intent_ranking)
    spans = [*parse.text_tokens, *((one.start, one.end) for one in parse.entities)]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in zip(parse.text_tokens, parse.text_tokens[1:], strict=False))
    assert np.isfinite([parse.why.score, parse.why.nearness]).all()


@pytest.mark.parametrize("count", [1, 2, 9, 12, 19])
def test_few_examples_make_a_bot_too(project: Project, count: int) -> None:
    """One intent, two, some: nothing is stopped before it can be calibrated."""
    bot = train(only(project, count), Letters())
    assert bot.parse("你好").intent.name == "greet"
    _holds(bot.parse("又一句话", Letters().encode(["又一句话"])[0]), "又一句话")
