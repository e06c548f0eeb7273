"""What search finds a text by: words of Chinese and English, whole numbers and addresses, single characters. Pure.

Indexing takes every word jieba knows inside a longer one, so that a query needs only the shortest words that cover
it. The dictionary is read when this module is imported (0.1 s), never in the loop.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

import rjieba
from msgspec import Struct

LONGEST = 4000
"""Characters of a message that are indexed; cutting words is work for the CPU."""
MOST = 64
"""Terms of one message; each is a row of the index."""
LONGEST_TERM = 64

STOP = frozenset("的了是在我你他她它们和与及也都就还吗呢吧啊呀哦嗯把被这那有不") | {
    "我们", "你们", "他们", "这个", "那个", "一个", "请问",
    "a", "an", "the", "is", "are", "am", "was", "were", "be", "to", "of", "in", "on", "at", "for", "and", "or",
    "i", "you", "he", "she", "it", "we", "they", "my", "your", "this", "that",
}  # fmt: skip
_COMPOUND = re.compile(r"[a-z0-9][a-z0-9._%+\-]*@[a-z0-9][a-z0-9.\-]*[a-z0-9]|[a-z0-9]+(?:[-_./:][a-z0-9]+)+")
_WORD = re.compile(r"[^\W_]+")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


class Query(Struct, frozen=True, kw_only=True):
    """A search as understood: `terms` must all be indexed, and each of `words` must stand in the text."""

    terms: tuple[str, ...]
    words: tuple[str, ...]


def normal(text: str) -> str:
    """Return the text as it is compared: compatibility forms (full width) unified, lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def index_terms(text: str) -> tuple[str, ...]:
    """Return what a message with this text is found by: at most `MOST`, words before single characters."""
    if not text:
        return ()
    known = normal(text[:LONGEST])
    words = dict.fromkeys(term for term in _pieces(known) if term not in STOP)
    singles = dict.fromkeys(sign for sign in known if _HAN.match(sign) and sign not in STOP)
    return tuple(dict.fromkeys((*words, *singles)))[:MOST]


def parse(text: str) -> Query:
    """Understand what somebody typed; no terms mean that nothing can be found."""
    known = normal(text[:200])
    words = tuple(dict.fromkeys(word for word in _spoken(known) if word not in STOP))
    terms = dict.fromkeys(term for word in words for term in _cover(word))
    return Query(terms=tuple(terms)[:12], words=words[:12])


def _pieces(text: str) -> Iterator[str]:
    """Give whole addresses and numbers first, then every word, words inside words included."""
    for found in _whole(text):
        yield found
        if "@" in found:
            yield from found.split("@")
    yield from _words(rjieba.cut_for_search(text))


def _spoken(text: str) -> Iterator[str]:
    yield from _whole(text)
    yield from _words(rjieba.cut(_COMPOUND.sub(" ", text)))


def _whole(text: str) -> Iterator[str]:
    return (found[:LONGEST_TERM] for found in _COMPOUND.findall(text))


def _words(pieces: Iterable[str]) -> Iterator[str]:
    """Give the words of the pieces without punctuation, emoji and spaces."""
    for piece in pieces:
        for word in _WORD.findall(piece):
            yield word[:LONGEST_TERM]


def _cover(word: str) -> Iterator[str]:
    """Give the short dictionary words that cover a longer Chinese one, or the word itself.

    A text that says 清华大学生 is cut into other long words than the query 清华大学, but into the same short ones.
    """
    if len(word) <= 2 or not all(_HAN.match(sign) for sign in word):
        yield word
        return
    known = [piece for piece in rjieba.cut_for_search(word) if len(piece) == 2 and piece not in STOP]
    chosen = _chain(word, known)
    yield from chosen or (word,)


def _chain(word: str, known: list[str]) -> list[str]:
    """Return the fewest of the known pairs that follow each other over the whole word; empty when none do."""
    chosen: list[str] = []
    at = 0
    while at < len(word):
        step = next((start for start in (at, at - 1) if start >= 0 and word[start : start + 2] in known), None)
        if step is None or len(word) - step < 2:
            return []
        chosen.append(word[step : step + 2])
        at = step + 2
    return chosen
