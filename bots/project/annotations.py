"""The marks in an example: `[upstairs](floor)`, `[two]{"entity": "floor", "value": "2"}`, `[x][{...}, {...}]`. Pure.

Source of the notation: Rasa 3.x, "Training Data Format", and the pattern of `training_data/entities_parser.py`.
"""

import re

import msgspec
from msgspec import Struct, structs

from bots.project.model import Span

MARK = re.compile(r"\[([^\]]+?)\](?:\(([^:)]+?)(?::([^)]+))?\)|(\{[^}]+?\})|\[(.*?)\](?!\())")


class BadMark(ValueError):
    """A mark that cannot be read; the text says why."""


class _Told(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a mark in braces may say."""

    entity: str
    value: str | None = None
    role: str | None = None
    group: str | None = None


def read(marked: str) -> tuple[str, tuple[Span, ...]]:
    """Return the plain sentence and its spans, in code points of it; raises `BadMark`."""
    plain: list[str] = []
    spans: list[Span] = []
    at = length = 0
    for mark in MARK.finditer(marked):
        before, words = marked[at : mark.start()], mark[1]
        start = length + len(before)
        plain += (before, words)
        length = start + len(words)
        spans += [_span(told, words, start, length) for told in _told(mark)]
        at = mark.end()
    plain.append(marked[at:])
    return _trimmed("".join(plain), tuple(spans))


def _told(mark: re.Match[str]) -> list[_Told]:
    _, entity, value, one, many = mark.groups()
    if entity is not None:
        return [_Told(entity=entity.strip(), value=value)]
    text = one if one is not None else f"[{many}]"
    try:
        return (
            [msgspec.json.decode(text, type=_Told)] if one is not None else msgspec.json.decode(text, type=list[_Told])
        )
    except ValueError as error:
        raise BadMark(f"The mark {text} cannot be read: {error}") from error


def _span(told: _Told, words: str, start: int, end: int) -> Span:
    if not told.entity:
        raise BadMark(f"The mark of {words!r} names no entity")
    value = words if told.value is None else told.value
    return Span(start=start, end=end, entity=told.entity, value=value, role=told.role, group=told.group)


def _trimmed(text: str, spans: tuple[Span, ...]) -> tuple[str, tuple[Span, ...]]:
    """Take white space off the ends; marks stay where their words are."""
    plain = text.strip()
    if plain == text:
        return text, spans
    cut, most = len(text) - len(text.lstrip()), len(plain)
    return plain, tuple(
        structs.replace(one, start=min(max(one.start - cut, 0), most), end=min(max(one.end - cut, 0), most))
        for one in spans
    )
