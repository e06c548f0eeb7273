"""Words that end marketing: per country, whole messages, however they are typed; and numbers in one spelling."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.contract import Request
from adapters.texting import beijing, guard
from adapters.texting.numbers import country, e164, national, sender
from adapters.texting.optout import opt
from hub.errors import ChannelBroken, Unsupported, Unverified

CN, US, GB, FR = "+8613800138000", "+14155550123", "+447700900123", "+33612345678"


@pytest.mark.parametrize(
    ("text", "number", "wanted"),
    [
        ("T", CN, "out"),
        ("td", CN, "out"),
        (" ＴＤ。", CN, "out"),
        ("TUI", CN, "out"),
        ("“退订”", CN, "out"),
        ("R", CN, "out"),
        ("N", CN, "out"),
        ("0000", CN, "out"),
        ("Stop", CN, "out"),
        ("TD\r\n", CN, "out"),
        ("我要退订", CN, ""),
        ("T恤多少钱", CN, ""),
        ("No", CN, ""),
        ("00000", CN, ""),
        ("end", CN, ""),  # an English word that is no stop word there
        ("yes", CN, ""),
        ("STOP", US, "out"),
        ("stop.", US, "out"),
        ("StopAll", US, "out"),
        ("UNSUBSCRIBE", US, "out"),
        ("Cancel", US, "out"),
        ("END", US, "out"),
        ("quit!", GB, "out"),
        ("REVOKE", US, "out"),
        ("optout", US, "out"),
        ("Please stop", US, ""),
        ("stop it", US, ""),
        ("T", US, ""),
        ("R", US, ""),
        ("退订", US, "out"),
        ("START", US, "in"),
        ("unstop", GB, "in"),
        ("YES", US, "in"),
        ("STOP", FR, "out"),
        ("cancel", FR, ""),
        ("", US, ""),
        ("...", US, ""),
        ("stop" * 1000, US, ""),
    ],
)
def test_words_that_end_and_renew_consent(text: str, number: str, wanted: str) -> None:
    assert opt(text, number) == wanted


def test_an_inbox_has_words_of_its_own_and_a_home_for_numbers_that_do_not_tell() -> None:
    assert opt("Ｂａｓｔａ", FR, extra=["basta "]) == "out"
    assert opt("basta", FR) == ""
    assert opt("TD", "10086", region="CN") == "out"
    assert opt("TD", "10086") == ""
    assert opt("!!", FR, extra=["", "!!"]) == ""


@pytest.mark.parametrize(
    ("given", "region", "wanted"),
    [
        ("13800138000", "CN", CN),
        ("8613800138000", "CN", CN),
        ("+86 138-0013-8000", "", CN),
        ("(415) 555-0123", "US", US),
        ("10690000", "", "10690000"),
        ("WATER", "CN", "WATER"),
        ("9" * 200, "CN", "9" * 200),
        ("", "CN", ""),
    ],
)
def test_one_spelling_of_a_number(given: str, region: str, wanted: str) -> None:
    assert e164(given, region) == wanted


def test_where_a_number_is_at_home_and_what_gateways_want() -> None:
    assert [country(one) for one in (CN, US, GB, FR)] == ["CN", "US", "GB", "FR"]
    assert (national(CN), national(US)) == ("13800138000", "14155550123")
    for wrong in ("WATER", "", "+", "+86138 0013", "customer-1"):
        with pytest.raises(Unsupported):
            national(wrong)


def test_only_a_whole_number_is_proved() -> None:
    assert sender(CN, city="杭州", zip="").attributes == {"phone": CN, "city": "杭州"}
    assert sender(CN).verified == ("phone",)
    assert (sender("10086").attributes, sender("WATER").verified) == ({}, ())


@pytest.mark.parametrize(("query", "fits"), [({"key": "s3cret"}, True), ({"key": "s3cre"}, False), ({}, False)])
def test_the_address_has_a_secret(query: dict[str, str], fits: bool) -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    request = Request(method="POST", url="https://h/hooks/i", query=query, headers={}, body=b"", at=at)
    with pytest.raises(ChannelBroken):
        guard.check(request, "")
    if fits:
        guard.check(request, "s3cret")
        return
    with pytest.raises(Unverified) as refused:
        guard.check(request, "s3cret")
    assert "`hook_secret`" in refused.value.hint


@pytest.mark.parametrize(
    ("at", "hours"),
    [("2026-11-20T00:00", 0), ("2026-11-20T13:59", 0), ("2026-11-20T14:00", 10), ("2026-11-19T23:00", 1)],
)
def test_marketing_waits_for_the_morning_in_beijing(at: str, hours: int) -> None:
    assert beijing.until_opening(datetime.fromisoformat(at + "+00:00")) == timedelta(hours=hours)


def test_gateways_write_beijing_time() -> None:
    fallback = datetime(2026, 1, 1, tzinfo=UTC)
    for said in ("2026-11-20 16:00:01", " 2026-11-20 16:00:01 ", "2026-11-20 16:0:1"):
        assert beijing.read(said, fallback) == datetime(2026, 11, 20, 8, 0, 1, tzinfo=UTC)
    for odd in ("", "2026-13-20 16:00:01", "2026-11-20 24:00:01", "2026-11-20T16:00:01Z", "soon"):
        assert beijing.read(odd, fallback) is fallback
