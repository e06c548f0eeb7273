"""Segments: the limits of 3GPP TS 23.040, letters of two units at a cut, and that nothing is lost by cutting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from adapters.texting import alphabet
from adapters.texting.segments import ALONE, JOINED, Segments, segments, split

HAN = "停水了"


@pytest.mark.parametrize(
    ("text", "encoding", "count", "per", "units"),
    [
        ("", "gsm7", 0, 160, 0),
        ("a", "gsm7", 1, 160, 1),
        ("a" * 160, "gsm7", 1, 160, 160),
        ("a" * 161, "gsm7", 2, 153, 161),
        ("a" * 306, "gsm7", 2, 153, 306),
        ("a" * 307, "gsm7", 3, 153, 307),
        ("€" * 80, "gsm7", 1, 160, 160),
        ("€" * 81, "gsm7", 2, 153, 162),
        ("a" * 152 + "€" + "a" * 152, "gsm7", 3, 153, 306),  # the escape pair does not fit into the first piece
        ("中" * 70, "ucs2", 1, 70, 70),
        ("中" * 71, "ucs2", 2, 67, 71),
        ("中" * 134, "ucs2", 2, 67, 134),
        ("中" * 135, "ucs2", 3, 67, 135),
        ("😢" * 35, "ucs2", 1, 70, 70),
        ("😢" * 36, "ucs2", 2, 67, 72),
        ("😢" * 67, "ucs2", 3, 67, 134),  # 33 pairs a piece: a surrogate is never alone
        ("`", "ucs2", 1, 70, 1),
        ("\x1b", "ucs2", 1, 70, 1),
        ("naïve", "ucs2", 1, 70, 5),
        ("Ångström à la carte\r\n{}[]^~|\\", "gsm7", 1, 160, 37),
    ],
)
def test_what_a_text_costs(text: str, encoding: str, count: int, per: int, units: int) -> None:
    assert segments(text) == Segments(encoding=encoding, count=count, per=per, units=units)  # type: ignore[arg-type]


@given(some.text(alphabet=some.sampled_from("aé€{中😢\n"), max_size=500))
def test_cutting_loses_nothing_and_every_piece_fits(text: str) -> None:
    pieces = list(split(text))
    cost = segments(text)
    assert "".join(pieces) == text
    assert len(pieces) == cost.count
    limit = ALONE[cost.encoding] if cost.count < 2 else JOINED[cost.encoding]
    for piece in pieces:
        size = len(alphabet.encode(piece)) if cost.encoding == "gsm7" else len(piece.encode("utf-16-be")) // 2
        assert 0 < size <= limit


@given(some.text(alphabet=some.sampled_from(sorted(alphabet.SEPTETS))))
def test_the_alphabet_reads_what_it_wrote(text: str) -> None:
    assert alphabet.decode(alphabet.encode(text)) == text


@pytest.mark.parametrize(
    ("octets", "text"),
    [(b"\x00\x11\x1b\x65", "@_€"), (b"a\x1ba", "aa"), (b"\x1b", ""), (b"\x1b\x1ba", " a"), (b"\x80", "\ufffd")],
)
def test_septets_that_mean_nothing_are_shown_and_do_not_fail(octets: bytes, text: str) -> None:
    assert alphabet.decode(octets) == text
    assert len(alphabet.BASIC) == 128
