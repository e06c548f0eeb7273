"""Where the words of a sentence stand, in code points. Pure."""

import re

import rjieba

_RUN = re.compile(r"[\u3400-\u9fff]+|[^\W\u3400-\u9fff]+")
_CHINESE = re.compile("[\u3400-\u9fff]")


def tokens(text: str) -> tuple[tuple[int, int], ...]:
    """Return start and end of each word."""
    found: list[tuple[int, int]] = []
    for run in _RUN.finditer(text):
        if not _CHINESE.match(run[0]):
            found.append(run.span())
            continue
        at = run.start()
        for word in rjieba.cut(run[0]):
            found.append((at, at + len(word)))
            at += len(word)
    return tuple(found)
