"""The parts of a mail, cut out where their boundaries stand: offsets into the raw bytes, nothing copied."""

import re
from collections.abc import Iterator

from msgspec import Struct

from adapters.email.reading import fields, parameters, transfer
from adapters.email.reading.fields import Fields
from adapters.email.reading.mail import Bounds
from adapters.email.reading.parameters import Typed

_GUESS = re.compile(rb"(?:\A|\n)--(\S[^\r\n]{0,199}?)[ \t]*\r?\n[A-Za-z-]{3,40}:")
PART_HEAD = 262_144


class Leaf(Struct, kw_only=True):
    """One part that holds no others: its head, where its body lies in `raw`, and the multiparts around it.

    `group` is the same for all forms of one text (leaves of one multipart/alternative), -1 for what has one form.
    """

    raw: bytes
    head: Fields
    media: Typed
    disposition: Typed
    begin: int
    end: int
    around: tuple[str, ...]
    group: int
    faults: list[str]

    @property
    def body(self) -> memoryview:
        """Return the encoded body, uncopied."""
        return memoryview(self.raw)[self.begin : self.end]

    @property
    def encoding(self) -> str:
        """Return the transfer encoding."""
        return transfer.encoding(self.head.first("content-transfer-encoding"))


class Place(Struct, frozen=True, kw_only=True):
    """Where in the mail we are."""

    around: tuple[str, ...] = ()
    group: int = -1

    def below(self, media: str, begin: int) -> "Place":
        """Step into a multipart."""
        alternative = media == "multipart/alternative" and self.group < 0
        return Place(around=(*self.around, media), group=begin if alternative else self.group)


class Budget:
    """How much of a mail is taken apart, counted over all its parts."""

    def __init__(self, limits: Bounds) -> None:
        self.limits = limits
        self.parts = 0


def leaves(raw: bytes, head: Fields, begin: int, end: int, budget: Budget) -> Iterator[Leaf]:
    """Yield the leaves below a head that was read, in their order."""
    yield from _below(raw, head, begin, end, budget, Place())


def _below(raw: bytes, head: Fields, begin: int, end: int, budget: Budget, place: Place) -> Iterator[Leaf]:
    media, faults = _media(head, place.around)
    if media.value.startswith("multipart/"):
        cut = _cut(raw, media.get("boundary"), begin, end, faults)
        if cut and len(place.around) < budget.limits.depth:
            yield from _parts(raw, cut, budget, place.below(media.value, begin), end, faults)
            return
        faults.append("multipart:too deep" if cut else "multipart:no parts")
        media = media if cut else Typed(value="text/plain", parameters=media.parameters)
    budget.parts += 1
    yield Leaf(
        raw=raw, head=head, media=media, disposition=parameters.disposition(head.first("content-disposition")),
        begin=begin, end=end, around=place.around, group=place.group, faults=[*faults, *head.faults],
    )  # fmt: skip


def _parts(
    raw: bytes, cut: list[tuple[int, int]], budget: Budget, place: Place, end: int, faults: list[str]
) -> Iterator[Leaf]:
    for begin, stop in cut:
        if budget.parts >= budget.limits.parts:
            yield _rest(raw, begin, end, place)
            return
        head, body = fields.split(raw, begin, stop, PART_HEAD)
        for leaf in _below(raw, head, body, stop, budget, place):
            leaf.faults += faults
            faults = []
            yield leaf


def _rest(raw: bytes, begin: int, end: int, place: Place) -> Leaf:
    """What is beyond the bound is kept whole, as one part."""
    return Leaf(
        raw=raw, head=Fields([], []), media=Typed(value="application/octet-stream"),
        disposition=Typed(value="attachment"),
        begin=begin, end=end, around=place.around, group=-1, faults=["parts:too many"],
    )  # fmt: skip


def _media(head: Fields, around: tuple[str, ...]) -> tuple[Typed, list[str]]:
    """Return the Content-Type; of several the first that says something, and `text/plain` where none does."""
    found = [media for value in head.all("content-type") if (media := parameters.media(value)).value]
    faults = ["content-type:several"] if len({media.value for media in found}) > 1 else []
    if found:
        return found[0], faults
    if head.first("content-type"):
        faults.append("content-type:unreadable")
    default = "message/rfc822" if around and around[-1] == "multipart/digest" else "text/plain"
    return Typed(value=default, parameters=parameters.media(head.first("content-type")).parameters), faults


def _cut(raw: bytes, boundary: str, begin: int, end: int, faults: list[str]) -> list[tuple[int, int]]:
    """Return where each part lies; a boundary that is missing or wrong is found in the body, if it is there."""
    parts = _between(raw, boundary.encode("utf-8", "replace"), begin, end) if boundary else []
    if parts:
        return parts
    guessed = _GUESS.search(raw, begin, min(end, begin + 65_536))
    if not guessed:
        return []
    faults.append("boundary:guessed")
    return _between(raw, guessed[1], begin, end)


def _between(raw: bytes, boundary: bytes, begin: int, end: int) -> list[tuple[int, int]]:
    mark = b"--" + boundary.rstrip()
    parts: list[tuple[int, int]] = []
    at, opened = begin, -1
    while (found := raw.find(mark, at, end)) >= 0:
        line_end, closing = _delimiter(raw, found, found + len(mark), begin, end)
        if line_end < 0:
            at = found + len(mark)
            continue
        if opened >= 0:
            parts.append((opened, max(opened, _before(raw, found, opened))))
        opened, at = (-1 if closing else line_end), line_end
        if closing:
            break
    if opened >= 0 and opened < end:
        parts.append((opened, end))
    return parts


def _delimiter(raw: bytes, found: int, after: int, begin: int, end: int) -> tuple[int, bool]:
    """Say where the line ends if this is a delimiter, else -1: a longer boundary may begin with a shorter one."""
    if found > begin and raw[found - 1] not in b"\r\n":
        return -1, False
    closing = raw[after : after + 2] == b"--"
    line = re.compile(rb"[ \t]*(?:\r\n|\n|\r|\Z)").match(raw, after, end)
    if line:
        return line.end(), False
    if closing:
        line = re.compile(rb"--[ \t]*(?:\r\n|\n|\r|\Z)").match(raw, after, end)
    return (line.end(), True) if line else (-1, False)


def _before(raw: bytes, at: int, begin: int) -> int:
    """Step back over the line break that belongs to the delimiter."""
    if at - 2 >= begin and raw[at - 2 : at] == b"\r\n":
        return at - 2
    return at - 1 if at - 1 >= begin and raw[at - 1] in b"\r\n" else at
