"""How alike two sentences are, without training: shared character pairs, after normalising. Pure."""

import re
import unicodedata
from collections.abc import Iterable

_NOISE = re.compile(r"[\W_]+", re.UNICODE)


def normal(text: str) -> str:
    """Fold width, case, punctuation and spaces away (NFKC), so that "ＡＢＣ！" and "abc" are one."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).casefold())


def pairs(text: str) -> frozenset[str]:
    """Return the character pairs of normalised `text`; a single character stands for itself."""
    return frozenset(text[i : i + 2] for i in range(len(text) - 1)) or frozenset({text} if text else ())


def likeness(one: str, other: str) -> float:
    """Return the Dice coefficient of the character pairs of two normalised sentences, 0 to 1."""
    left, right = pairs(one), pairs(other)
    return 2 * len(left & right) / (len(left) + len(right)) if left and right else 0.0


def mentions(text: str, words: Iterable[str]) -> bool:
    """Tell whether normalised `text` contains one of `words`, Latin ones as whole words only."""
    padded = f" {' '.join(re.findall(r'[a-z0-9]+', unicodedata.normalize('NFKC', text).casefold()))} "
    folded = normal(text)
    return any(_mentions(padded, folded, word) for word in words)


def _mentions(padded: str, folded: str, word: str) -> bool:
    plain = unicodedata.normalize("NFKC", word).casefold().strip()
    if plain.isascii():
        return f" {' '.join(re.findall(r'[a-z0-9]+', plain))} " in padded
    return normal(plain) in folded
