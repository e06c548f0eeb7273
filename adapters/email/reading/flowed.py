"""Lines that a program broke to fit 78 columns, put together again (RFC 3676, format=flowed)."""

import re

_DEPTH = re.compile(r">*")


def unfold(text: str, *, delsp: bool) -> str:
    """Join each line that ends in a blank with the next of the same quote depth; `-- ` stands alone."""
    lines: list[str] = []
    held, depth = "", -1
    for line in text.split("\n"):
        found = _DEPTH.match(line)
        marks = found[0] if found else ""
        words = line[len(marks) :].removeprefix(" ")
        if depth == len(marks) and words != "-- ":
            words = held + words
        elif depth >= 0:
            lines.append(_quoted(depth, held))
        held, depth = "", -1
        if words.endswith(" ") and not words.endswith("-- ") and len(words) < 100_000:
            held, depth = (words[:-1] if delsp else words), len(marks)
        else:
            lines.append(_quoted(len(marks), words))
    if depth >= 0:
        lines.append(_quoted(depth, held))
    return "\n".join(lines)


def _quoted(depth: int, words: str) -> str:
    return f"{'>' * depth} {words}" if depth else words
