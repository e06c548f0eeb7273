"""How many short messages a text is billed as: 160 septets or 70 UTF-16 units in one, 153 or 67 in each of several.

3GPP TS 23.040, 9.2.3.24.1: a long text is cut and every piece begins with a header of 6 octets. Pure.
"""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from adapters.texting.alphabet import SEPTETS, fits

Encoding = Literal["gsm7", "ucs2"]
ALONE: dict[Encoding, int] = {"gsm7": 160, "ucs2": 70}
JOINED: dict[Encoding, int] = {"gsm7": 153, "ucs2": 67}


class Segments(Struct, frozen=True, kw_only=True):
    """What a text costs: `count` short messages of `per` units each; `units` are septets or UTF-16 units in all."""

    encoding: Encoding
    count: int
    per: int
    units: int


def segments(text: str) -> Segments:
    """Count the short messages of a text; an empty one is none. A letter of two units is never cut in two."""
    encoding = encoding_of(text)
    units = sum(_cost(letter, encoding) for letter in text)
    if units <= ALONE[encoding]:
        return Segments(encoding=encoding, count=1 if units else 0, per=ALONE[encoding], units=units)
    return Segments(encoding=encoding, count=sum(1 for _ in split(text)), per=JOINED[encoding], units=units)


def encoding_of(text: str) -> Encoding:
    """Return the cheaper encoding that holds every letter."""
    return "gsm7" if fits(text) else "ucs2"


def split(text: str) -> Iterator[str]:
    """Cut a text into the pieces that travel as one short message each; one that fits whole is not cut."""
    encoding = encoding_of(text)
    if sum(_cost(letter, encoding) for letter in text) <= ALONE[encoding]:
        yield from (text,) if text else ()
        return
    begin = filled = 0
    for place, letter in enumerate(text):
        cost = _cost(letter, encoding)
        if filled + cost > JOINED[encoding]:
            yield text[begin:place]
            begin, filled = place, 0
        filled += cost
    yield text[begin:]


def _cost(letter: str, encoding: Encoding) -> int:
    if encoding == "gsm7":
        return len(SEPTETS[letter])
    return 2 if ord(letter) > 0xFFFF else 1
