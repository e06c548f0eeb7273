"""What people write: sentences over real vocabularies with their natural, Zipf-like frequencies. Pure, seeded."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random

import jieba
from msgspec import Struct

CHINESE_WORDS = 60_000
ENGLISH_WORDS = 8_000
OPENINGS = ("您好，", "你好，", "请问", "麻烦问一下，", "不好意思，", "谢谢，", "好的，", "")
ENDINGS = ("。", "？", "！", "，谢谢！", "")


class Vocabulary(Struct, frozen=True, kw_only=True):
    """Words, most frequent first, with their running total of weights for a quick draw."""

    words: tuple[str, ...]
    totals: tuple[float, ...]

    def draw(self, random: Random, count: int) -> list[str]:
        """Return `count` words, each as often as it is used."""
        return random.choices(self.words, cum_weights=self.totals, k=count)


def vocabulary(counted: Sequence[tuple[str, float]]) -> Vocabulary:
    """Make a vocabulary of words and how often they are used."""
    ranked = sorted(counted, key=lambda entry: (-entry[1], entry[0]))
    return Vocabulary(words=tuple(word for word, _ in ranked), totals=tuple(accumulate(weight for _, weight in ranked)))


@cache
def chinese() -> Vocabulary:
    """Return the commonest words of jieba's dictionary, which counts them."""
    lines = (Path(jieba.__file__).parent / "dict.txt").read_text(encoding="utf-8").splitlines()
    counted = [(word, float(count)) for word, count, *_ in (line.split(" ") for line in lines) if len(word) <= 4]
    return vocabulary(sorted(counted, key=lambda entry: -entry[1])[:CHINESE_WORDS])


@cache
def english() -> Vocabulary:
    """Return the words of Python's own manual, counted."""
    from pydoc_data.topics import topics

    words = re.findall(r"[a-z]{2,14}", " ".join(topics.values()).lower())
    return vocabulary([(word, float(count)) for word, count in Counter(words).most_common(ENGLISH_WORDS)])


def sentence(random: Random, number: int) -> str:
    """Return one message: seven in ten Chinese, two English, one that names an order."""
    kind = random.random()
    if kind < 0.2:
        return " ".join(english().draw(random, 2 + int(random.expovariate(0.15)) % 24)).capitalize() + "."
    words = chinese().draw(random, 1 + int(random.expovariate(0.22)) % 24)
    text = f"{random.choice(OPENINGS)}{''.join(words)}{random.choice(ENDINGS)}"
    return f"{text} 订单号 YZ-2026-{number:07d}" if kind > 0.9 else text
