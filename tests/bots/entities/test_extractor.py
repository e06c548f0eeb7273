"""What becomes of a whole sentence: which entities, where, by whom, in whose words."""

from datetime import UTC, datetime

import pytest

from bots.nlu.entities import Extractor, train_crf
from bots.nlu.entities.folding import fold
from bots.nlu.entities.lookups import Lookups
from bots.nlu.parse import Entity
from bots.project.model import Example, Lookup, Nlu, Pattern, Place, Span, Synonym
from hub.errors import Invalid
from tests.bots.entities.saying import AT, extractor, project

HERE = Place("nlu.yml", 3)


def said(text: str, *kinds: str, at: datetime = AT) -> list[tuple[str, str, object]]:
    """Return entity, text of its span and value."""
    found = extractor(*kinds).extract(text, at)
    return [(one.entity, text[one.start : one.end], one.value) for one in found]


def lookup(entity: str, *words: str) -> Lookup:
    """Return a lookup table."""
    return Lookup(entity=entity, words=words, place=HERE)


def test_a_day_and_a_time_are_two_entities_for_a_bot_that_asks_for_both() -> None:
    assert said("明天下午三点半", "date", "time") == [
        ("date", "明天", "2026-12-02"),
        ("time", "下午三点半", "2026-12-02T15:30:00+08:00"),
    ]
    assert said("昨晚8点到10点", "date", "time") == [
        ("date", "昨", "2026-11-30"),
        ("time", "晚8点到10点", {"from": "2026-11-30T20:00:00+08:00", "to": "2026-11-30T22:00:00+08:00"}),
    ]


def test_a_moment_is_one_entity_for_a_bot_that_asks_for_times_alone() -> None:
    assert said("约在明天下午三点半吧", "time") == [("time", "明天下午三点半", "2026-12-02T15:30:00+08:00")]


def test_the_day_is_that_of_the_time_zone_of_the_bot() -> None:
    late = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
    assert said("今天", "date", at=late) == [("date", "今天", "2026-12-02")]
    abroad = Extractor(project("date", yizhan={"entities": {"timezone": "America/New_York"}}), None)
    assert abroad.extract("今天", late)[0].value == "2026-12-01"


def test_values_say_how_exact_they_are() -> None:
    found = extractor("date", "time").extract("下周", AT)
    assert found[0].additional_info == {"grain": "week"}
    assert found[0].extractor == "YizhanEntityExtractor"


def test_only_what_the_domain_or_the_settings_name_is_found() -> None:
    text = "明天打13912345678"
    assert said(text) == []
    assert [name for name, *_ in said(text, "phone")] == ["phone"]
    more = Extractor(project("phone", yizhan={"entities": {"builtin": ["date"]}}), None)
    assert [one.entity for one in more.extract(text, AT)] == ["date", "phone"]


@pytest.mark.parametrize(
    "entities", [{"builtin": ["colour"]}, {"timezone": "Moon/Sea"}, {"timezone": 3}, {"colour": 1}, [], {"builtin": 1}]
)
def test_settings_that_are_none_are_refused_with_a_hint(entities: object) -> None:
    with pytest.raises(Invalid) as error:
        Extractor(project("date", yizhan={"entities": entities}), None)
    assert "entities" in error.value.hint


def test_typed_values_win_over_the_numbers_in_them() -> None:
    kinds = ("number", "phone", "id_card", "order_number", "address", "date", "money")
    assert [name for name, *_ in said("13912345678", *kinds)] == ["phone"]
    assert [name for name, *_ in said("11010519491231002X", *kinds)] == ["id_card"]
    assert [name for name, *_ in said("YX20261201001", *kinds)] == ["order_number"]
    assert [name for name, *_ in said("科技园路1号", *kinds)] == ["address"]
    assert [name for name, *_ in said("退我五十元", *kinds)] == ["money"]
    assert [name for name, *_ in said("我要五十个", *kinds)] == ["number"]


def test_order_numbers_as_the_settings_write_them() -> None:
    own = Extractor(project("order_number", yizhan={"entities": {"order_number": [r"Q\d{3}"]}}), None)
    found = own.extract("q123 和 YX20261201001", AT)
    assert [(one.value, one.extractor) for one in found] == [("q123", "YizhanEntityExtractor")]


def test_lookups_take_the_longest_word_and_latin_words_only_whole() -> None:
    nlu = Nlu(lookups=(lookup("thing", "水表", "智能水表", "art", "iPhone 15"),))
    own = Extractor(project("thing", nlu=nlu), None)
    assert [one.value for one in own.extract("我的智能水表坏了", AT)] == ["智能水表"]
    assert own.extract("start smart", AT) == ()
    assert [one.value for one in own.extract("买IPHONE 15手机", AT)] == ["IPHONE 15"]
    assert [one.extractor for one in own.extract("my art.", AT)] == ["RegexEntityExtractor"]


def test_spans_point_at_the_text_as_it_was_typed() -> None:
    nlu = Nlu(lookups=(lookup("thing", "wifi", "ffi"),))
    own = Extractor(project("thing", "phone", nlu=nlu), None)
    text = "😀㍿我家ＷｉＦｉ坏了，电话１３９１２３４５６７８"
    found = own.extract(text, AT)
    assert [(text[one.start : one.end], one.value) for one in found] == [
        ("ＷｉＦｉ", "ＷｉＦｉ"),
        ("１３９１２３４５６７８", "+8613912345678"),
    ]
    assert [(one.start, one.end) for one in own.extract("ﬃ!", AT)] == [(0, 1)]


def test_synonyms_are_mapped_last_and_say_so() -> None:
    spans = (Span(start=2, end=4, entity="city", value="上海市"),)
    nlu = Nlu(
        examples=(Example(text="我在魔都", intent="inform", spans=spans, place=HERE),),
        lookups=(lookup("city", "帝都", "魔都", "广州"),),
        synonyms=(Synonym(value="北京市", words=("帝都",), place=HERE),),
    )
    found = Extractor(project("city", nlu=nlu), None).extract("从帝都经广州到魔都", AT)
    assert [(one.value, one.processors) for one in found] == [
        ("北京市", ("EntitySynonymMapper",)),
        ("广州", ()),
        ("上海市", ("EntitySynonymMapper",)),
    ]


def test_a_designers_word_and_a_built_in_value_of_the_same_name_are_one() -> None:
    nlu = Nlu(patterns=(Pattern(name="date", regex="明天|后天", place=HERE),))
    found = Extractor(project("date", nlu=nlu), None).extract("明天来", AT)
    assert [(one.value, one.start, one.end) for one in found] == [("2026-12-02", 0, 2)]


def test_a_pattern_of_an_entity_that_the_domain_lacks_finds_nothing() -> None:
    nlu = Nlu(patterns=(Pattern(name="zip", regex=r"\d{6}", place=HERE),))
    assert Extractor(project("code", nlu=nlu), None).extract("518000", AT) == ()
    assert Extractor(project("zip", nlu=nlu), None).extract("５18000", AT) == (
        Entity(entity="zip", start=0, end=6, value="518000", extractor="RegexEntityExtractor"),
    )


def test_a_bot_without_examples_has_no_tagger() -> None:
    assert train_crf(project("city")) is None


def test_the_longest_entity_stays_and_of_equals_the_looked_up_one() -> None:
    nlu = Nlu(
        lookups=(lookup("thing", "水表", "AB"),),
        patterns=tuple(Pattern(name="meter", regex=regex, place=HERE) for regex in (r"水表\d+", "AB")),
    )
    own = Extractor(project("thing", "meter", nlu=nlu), None)
    assert [(one.entity, one.value) for one in own.extract("水表123坏了", AT)] == [("meter", "水表123")]
    assert [(one.entity, one.value) for one in own.extract("水表坏了", AT)] == [("thing", "水表")]
    assert [one.entity for one in own.extract("AB", AT)] == ["thing"]


def test_the_tagger_is_told_only_of_the_longest_words() -> None:
    own = Lookups(project("thing", nlu=Nlu(lookups=(lookup("thing", "水表", "智能水表", "表坏"),))))
    assert [(one.start, one.end) for one in own.find(fold("智能水表坏了"))] == [(0, 4)]
