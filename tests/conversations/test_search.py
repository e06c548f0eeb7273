"""Search in Chinese and English: what is found, what is not, how it is shown, and who may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.search import Range, highlights
from conversations.terms import LONGEST, MOST, STOP, index_terms, normal, parse
from tests.conversations.floor import LI, said
from tests.conversations.test_views import Someone

if TYPE_CHECKING:
    from tests.conversations.floor import Floor

ALL = Someone(user="admin", sees_all=True)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("我想申请退款，谢谢！", "退款"),
        ("我想申请退款，谢谢！", "申请退款"),
        ("我想申请退款，谢谢！", "退款 申请"),
        ("我想申请退款，谢谢！", "退"),
        ("清华大学生活动中心", "清华大学"),
        ("北京大学生很多", "北京大学"),
        ("中华人民共和国", "人民"),
        ("请问运费怎么算？🚚", "运费"),
        ("订单 AB-123 还没到", "ab-123"),
        ("订单AB-123还没到", "AB-123"),
        ("write to Ann.Li+shop@Example.com please", "ann.li+shop@example.com"),
        ("write to Ann.Li+shop@Example.com please", "example.com"),
        ("My REFUND is late!!!", "refund"),
        ("My REFUND is late!!!", "late refund"),
        ("wi-fi密码是８８８８", "8888"),
        ("ＷｅＣｈａｔ支付失败", "wechat 支付"),
        ("don't panic", "panic"),
        ("call +86 138-1234-5678", "138-1234-5678"),
        ("价格是3.14元", "3.14"),
        ("naïve café", "CAFÉ"),
        ("😀退款😀", "退款"),
    ],
)
def test_a_query_s_terms_are_among_the_text_s(text: str, query: str) -> None:
    wanted = parse(query)
    assert wanted.terms
    assert set(wanted.terms) <= set(index_terms(text))
    assert all(word in normal(text) for word in wanted.words)


@pytest.mark.parametrize(("text", "query"), [("我想退货", "退款"), ("refunds", "refund"), ("清华的大学", "清华大学")])
def test_a_query_does_not_fit_other_words(text: str, query: str) -> None:
    wanted = parse(query)
    indexed = set(wanted.terms) <= set(index_terms(text))
    assert not (indexed and all(word in normal(text) for word in wanted.words))


@pytest.mark.parametrize("nothing", ["", "   ", "，。！？", "😀🎉", "the", "的", "请问"])
def test_what_says_nothing_searches_nothing(nothing: str) -> None:
    assert parse(nothing).terms == ()


@given(st.text(max_size=300))
def test_any_text_has_few_clean_terms(text: str) -> None:
    terms = index_terms(text)
    assert len(terms) <= MOST
    assert len(set(terms)) == len(terms)
    assert all(term and len(term) <= 64 and term not in STOP and not term.isspace() for term in terms)


def test_only_the_beginning_of_a_long_text_is_indexed() -> None:
    assert "needle" in index_terms("x " * 100 + "needle")
    assert "needle" not in index_terms("字" * LONGEST + " needle")


@pytest.mark.parametrize(
    ("snippet", "words", "marked"),
    [
        ("我想退款", ("退款",), ["退款"]),
        ("ＶＩＰ refund, Refund", ("vip", "refund"), ["ＶＩＰ", "refund", "Refund"]),
        ("aaa", ("aa",), ["aa"]),
        ("清华大学", ("清华", "华大", "大学"), ["清华大学"]),
        ("㍿の件", ("株式会社",), ["㍿"]),
        ("nothing here", ("absent",), []),
    ],
)
def test_highlights_are_places_in_the_text_as_written(snippet: str, words: tuple[str, ...], marked: list[str]) -> None:
    assert [snippet[place.start : place.end] for place in highlights(snippet, words)] == marked


async def test_found_newest_first_with_a_snippet_around_the_match(either: Floor) -> None:
    await either.hear("我要退款", user="ann")
    await either.hear("x" * 100 + " 退款 " + "y" * 300, user="bob")
    await either.hear("退货", user="cat")
    hits = (await either.search.find("退款", ALL)).items
    assert [hit.conversation.address.user for hit in hits] == ["bob", "ann"]
    assert hits[1].highlights == (Range(start=2, end=4),)
    assert len(hits[0].snippet) == 160
    assert hits[0].snippet[hits[0].highlights[0].start : hits[0].highlights[0].end] == "退款"
    assert hits[0].message.terms == ()


async def test_all_words_are_required_in_one_message_and_notes_are_found_too(floor: Floor) -> None:
    conversation = await floor.hear("refund for order AB-123")
    await floor.hear("order AB-124")
    await floor.answer(conversation, "拒绝退款的原因", LI, note=True)
    assert len((await floor.search.find("order refund", ALL)).items) == 1
    assert len((await floor.search.find("order", ALL)).items) == 2
    assert [hit.message.seq for hit in (await floor.search.find("退款原因", ALL)).items] == [3]


async def test_words_that_are_neighbours_by_chance_are_not_the_word(floor: Floor) -> None:
    await floor.hear("清华的大学")
    await floor.hear("清华大学的", user="bob")
    assert [hit.conversation.address.user for hit in (await floor.search.find("清华大学", ALL)).items] == ["bob"]


async def test_only_what_one_may_see_is_found_however_much_lies_between(floor: Floor) -> None:
    await floor.open_inbox("other", team="finance")
    await floor.arrive(said("退款 mine", id="mine"))
    secret = [said(f"退款 {number}", user=f"u{number}", id=f"s{number}", inbox="other") for number in range(250)]
    await floor.arrive(*secret)
    agent = Someone(user="li", teams=("sales",))
    hits = await floor.search.find("退款", agent)
    assert [hit.snippet for hit in hits.items] == ["退款 mine"]
    assert hits.next is None


async def test_pages_join_without_a_gap_or_a_repeat(floor: Floor) -> None:
    await floor.arrive(*(said(f"refund {number}", id=f"i{number}") for number in range(25)))
    seen: list[str] = []
    after: str | None = None
    while True:
        page = await floor.search.find("refund", ALL, after=after, limit=10)
        seen += [hit.snippet for hit in page.items]
        after = page.next
        if after is None:
            break
    assert seen == [f"refund {number}" for number in reversed(range(25))]
