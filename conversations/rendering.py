"""A message as a channel can carry it: what it does not carry becomes something simpler, and all of it is split. Pure.

parts -> degraded as the manifest says (buttons become numbers, a place words, a file an address)
      -> split into messages of as many parts as one call carries -> checked, whole, before anything leaves
"""

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from urllib.parse import quote

from msgspec import Struct

from conversations.limits import Limit, Links, check, fits, tag_of
from hub.errors import Unsupported
from hub.model import Attachment, Card, Choices, Form, Html, Location, Part, Template, Text

LONGEST = 20_000
"""Characters of a text part (`hub.model.Text`)."""


class Rendered(Struct, frozen=True, kw_only=True):
    """One message as it will leave; `degraded` names the kinds of part that became something simpler."""

    parts: tuple[Part, ...]
    degraded: tuple[str, ...] = ()


def preview(
    parts: Sequence[Part], limit: Limit, *, channel: str = "", language: str = "", links: Links | None = None
) -> tuple[Rendered, ...]:
    """Return the messages these parts become on a channel; raises `Unsupported` for what cannot be said there."""
    pieces = [_piece(part, limit, channel, language, links) for part in parts]
    messages = _split(_joined(pieces, limit), limit.parts)
    for message in messages:
        check(message.parts, limit, channel=channel)
    return messages


def numbered(choices: Choices) -> Text:
    """Return quick replies as a numbered list; a bot takes the number for the choice (`bots.rendering.meant`)."""
    lines = (f"{number}. {choice.label}" for number, choice in enumerate(choices.choices, 1))
    return Text(body="\n".join((choices.body, *lines)))


def placed(location: Location, language: str) -> Text:
    """Return a place as words: its name, its position, and a map that opens in the customer's country."""
    at = f"{location.latitude:.6f},{location.longitude:.6f}"
    if language.startswith("zh"):
        name = quote(location.label or at, safe="")
        link = f"https://uri.amap.com/marker?position={_reversed(at)}&name={name}&coordinate=wgs84"
    else:
        latitude, longitude = at.split(",")
        link = f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}"
    return Text(body="\n".join(line for line in (location.label, at, link) if line))


def unformatted(html: str) -> str:
    """Return the words of an HTML body: one line for each block, no scripts, no styles."""
    reader = _Words()
    reader.feed(html)
    reader.close()
    lines = (re.sub(r"[^\S\n]+", " ", line).strip() for line in "".join(reader.pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _piece(part: Part, limit: Limit, channel: str, language: str, links: Links | None) -> tuple[Part, str]:
    """Return the part as the channel carries it, and its former kind when it became something else."""
    tag = tag_of(part)
    if fits(part, limit):
        return part, ""
    how = limit.degrades.get(tag)
    simpler: Part | None = None
    if how == "link" and isinstance(part, Attachment):
        simpler = _linked(part, links)
    elif how == "text" and tag not in limit.carries:
        simpler = _said(part, language)
    if simpler is None:
        check((part,), limit, channel=channel)
        raise Unsupported("This channel cannot carry this", channel=channel, part=tag)
    return simpler, tag


def _linked(part: Attachment, links: Links | None) -> Text | None:
    return Text(body=f"{part.name} {links.link(part)}".strip()) if links is not None else None


def _said(part: Part, language: str) -> Text | None:
    """Say a part in words, or return None when there are none for it."""
    match part:
        case Choices():
            return numbered(part)
        case Location():
            return placed(part, language)
        case Card(title=title, text=text, url=url):
            return _text(title, text, url)
        case Html(body=body, text=text):
            return _text(text or unformatted(body))
        case Template(body=body):
            return _text(body)
        case Form(name=name, fields=fields):
            return _text(name, *(f"{number}. {field.label}" for number, field in enumerate(fields, 1)))
        case _:
            return None


def _text(*lines: str) -> Text | None:
    body = "\n".join(line for line in lines if line)
    return Text(body=body) if 0 < len(body) <= LONGEST else None


def _joined(pieces: Sequence[tuple[Part, str]], limit: Limit) -> list[tuple[Part, tuple[str, ...]]]:
    """Join a text with what became a text beside it, where every part would be a message of its own."""
    joined: list[tuple[Part, tuple[str, ...]]] = []
    for part, was in pieces:
        tags = (was,) if was else ()
        if joined and limit.parts is not None and isinstance(part, Text):
            last, before = joined[-1]
            if isinstance(last, Text) and (tags or before):
                both = Text(body=f"{last.body}\n{part.body}")
                if len(both.body) <= LONGEST and fits(both, limit):
                    joined[-1] = (both, (*before, *tags))
                    continue
        joined.append((part, tags))
    return joined


def _split(pieces: Sequence[tuple[Part, tuple[str, ...]]], size: int | None) -> tuple[Rendered, ...]:
    step = size or max(len(pieces), 1)
    return tuple(
        Rendered(
            parts=tuple(part for part, _ in pieces[start : start + step]),
            degraded=tuple(dict.fromkeys(tag for _, tags in pieces[start : start + step] for tag in tags)),
        )
        for start in range(0, len(pieces), step)
    )


def _reversed(at: str) -> str:
    latitude, longitude = at.split(",")
    return f"{longitude},{latitude}"


class _Words(HTMLParser):
    """Collects the text of a page."""

    BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "ul"})
    SILENT = frozenset({"script", "style", "head", "title"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, or fall silent."""
        if tag in self.BLOCKS:
            self.pieces.append("\n")
        self._silent += tag in self.SILENT

    def handle_endtag(self, tag: str) -> None:
        """End a line, or speak again."""
        if tag in self.BLOCKS and tag != "br":
            self.pieces.append("\n")
        if tag in self.SILENT and self._silent:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        """Take the words."""
        if not self._silent:
            self.pieces.append(re.sub(r"\s+", " ", data))
