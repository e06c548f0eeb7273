"""A sentence in the form in which sentences are compared: one width, one case, simplified characters. Pure."""

import re
import unicodedata
from functools import cache
from typing import Protocol, cast

LONGEST = 1000
"""Characters that are classified; what stands further behind changes no intent."""
_SPACE = re.compile(r"\s+")
_DIGITS = re.compile(r"\d+")
_IDEOGRAPH = re.compile("[\u3400-\u9fff]")
_EDGES = " \t\r\n.,!?;:~…。，、！？；：～\"'“”‘’()（）"


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


@cache
def _simplified() -> _Converter:
    """Return OpenCC's table of traditional to simplified characters."""
    from opencc import OpenCC

    return cast("_Converter", OpenCC("t2s"))


def normal(text: str) -> str:
    """Fold width (NFKC), case, traditional characters and white space; digits stay."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    if _IDEOGRAPH.search(folded):
        folded = _simplified().convert(folded)
    return _SPACE.sub(" ", folded).strip()


def key(plain: str) -> str:
    """Return what two normalised sentences share that are one and the same, but for marks at their ends."""
    return plain.strip(_EDGES)


def chinese(text: str) -> bool:
    """Say whether there is a Chinese character in a text."""
    return _IDEOGRAPH.search(text) is not None


def masked(text: str) -> str:
    """Put one sign in the place of every number: what number it is says nothing about the intent."""
    return _DIGITS.sub("0", text)
