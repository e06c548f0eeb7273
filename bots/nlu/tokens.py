"""Where the words of a sentence stand, in code points. Pure."""

import re

from bots.nlu.normal import chinese
from bots.nlu.words import GENERAL, Words

_RUN = re.compile(r"[\u3400-\u9fff]+|[^\W\u3400-\u9fff]+")


def tokens(text: str, dictionary: Words = GENERAL) -> tuple[tuple[int, int], ...]:
    """Return start and end of each word."""
    found: list[tuple[int, int]] = []
    for run in _RUN.finditer(text):
        if not chinese(run[0]):
            found.append(run.span())
            continue
        at = run.start()
        for word in dictionary.cut(run[0]):
            found.append((at, at + len(word)))
            at += len(word)
    return tuple(found)
