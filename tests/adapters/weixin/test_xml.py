"""WeChat's XML: read as written; bombs, document types and depth refused before they cost anything."""

from __future__ import annotations

import time

import pytest
import xmltodict
from hypothesis import given
from hypothesis import strategies as st

from adapters.weixin import xml
from hub.errors import Malformed
from tests.adapters.weixin import pushes

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
BOMB = f'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "lol">{LAUGHS}]><xml><Content>&l11;</Content></xml>'


@pytest.mark.parametrize(
    "evil",
    [
        BOMB,
        '<!DOCTYPE xml SYSTEM "http://127.0.0.1:9/x.dtd"><xml><a>1</a></xml>',
        '<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/hostname">]><xml><a>&x;</a></xml>',
        "<!DOCTYPE xml><xml/>",
        "<xml><a>&undeclared;</a></xml>",
        "<xml>" + "<a>" * 17 + "</a>" * 17 + "</xml>",
        "<xml><a>1</a>",
        "<xml><a>1</b></xml>",
        "<xml/><xml/>",
        "<xml><a>\x00</a></xml>",
        "",
    ],
    ids=lambda text: repr(text[:30]),
)
def test_what_is_not_wechats_is_malformed_at_once(evil: str) -> None:
    begun = time.perf_counter()
    with pytest.raises(Malformed):
        xml.read(evil.encode())
    assert time.perf_counter() - begun < 0.5


def test_too_much_is_malformed_unread() -> None:
    with pytest.raises(Malformed, match="More XML"):
        xml.read(b"<xml><a>" + b"x" * xml.LARGEST + b"</a></xml>")


def test_bytes_that_are_no_utf8_are_malformed() -> None:
    with pytest.raises(Malformed):
        xml.read(b"<xml><a>\xff\xfe</a></xml>")


def test_other_encodings_are_not_believed() -> None:
    with pytest.raises(Malformed):
        xml.read('<?xml version="1.0" encoding="gbk"?><xml><a>家里停水了</a></xml>'.encode("gbk"))


def test_texts_stay_as_written() -> None:
    told = xml.read(b"<xml><a><![CDATA[  <b>&amp;\n ]]></a><c> &lt;x&gt; </c><d></d><e/></xml>")
    assert told == {"a": "  <b>&amp;\n ", "c": " <x> ", "d": "", "e": ""}


def test_what_is_repeated_is_a_list() -> None:
    assert xml.read(b"<xml><a>1</a><a>2</a><a><b>3</b></a></xml>") == {"a": ["1", "2", {"b": "3"}]}


def test_every_push_of_the_manual_reads_as_another_parser_reads_it() -> None:
    compared = 0
    for _, text in [*pushes.ACCOUNT.values(), *pushes.MINI.values()]:
        if text.startswith("<"):
            told = xmltodict.parse(text, strip_whitespace=False, force_list=None)["xml"]
            assert {name: value for name, value in _plain(told).items() if name != "#text"} == xml.read(text.encode())
            compared += 1
    assert compared > 30


def _plain(told: object) -> dict[str, object]:
    """Take away what xmltodict makes of the blanks between elements, and of empty ones."""
    assert isinstance(told, dict)
    return {name: _value(value) for name, value in told.items()}


def _value(value: object) -> object:
    match value:
        case dict():
            return {name: _value(one) for name, one in value.items() if name != "#text"}
        case list():
            return [_value(one) for one in value]
        case None:
            return ""
        case _:
            return value


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fall_over(body: bytes) -> None:
    for text in (body, b"<xml>" + body + b"</xml>"):
        try:
            told = xml.read(text)
        except Malformed:
            continue
        assert isinstance(told, dict)
