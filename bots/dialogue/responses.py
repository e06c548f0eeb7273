"""A response of the domain, chosen, filled in, and made into what channels carry. Pure.

Order of choice (Rasa's): condition and channel, channel alone, condition alone, neither; of equals one by the
conversation and the turn, so that a turn that runs again says the same.
"""

import re
import zlib
from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from bots.project.model import Json, Project, Response
from hub.model import Card, Choice, Choices, Part, Text

MOST_CHOICES, LABEL, VALUE, WORDS, TITLE = 20, 64, 256, 20_000, 256
_HOLE = re.compile(r"\{\{|\}\}|\{([^\n{}]+?)\}")
_URL = re.compile(r"https?://\S{1,2000}\Z")


class Spoken(Struct, frozen=True, kw_only=True):
    """One message: its parts, the words and data of Rasa's `bot` event, and what of it no channel carries."""

    parts: tuple[Part, ...]
    text: str = ""
    data: dict[str, Json] = {}
    lost: tuple[str, ...] = ()


def chosen(variants: Sequence[Response], slots: Mapping[str, Json], channel: str, seed: str) -> Response | None:
    """Return the variant that fits best, or None when none fits."""
    fitting = [one for one in variants if _holds(one, slots) and one.channel in ("", channel)]
    for by_condition, by_channel in ((True, True), (False, True), (True, False), (False, False)):
        group = [one for one in fitting if bool(one.conditions) == by_condition and bool(one.channel) == by_channel]
        if group:
            return group[zlib.crc32(seed.encode()) % len(group)]
    return None


def _holds(variant: Response, slots: Mapping[str, Json]) -> bool:
    return all(_same(slots.get(one.slot), one.value) for one in variant.conditions)


def _same(value: Json, wanted: Json) -> bool:
    if isinstance(value, str) and isinstance(wanted, str):
        return value.casefold() == wanted.casefold()
    return bool(value == wanted)


def as_json(response: Response) -> dict[str, Json]:
    """Return a variant as an action server would say it."""
    told: dict[str, Json] = {
        "text": response.text, "image": response.image, "attachment": response.attachment, "custom": response.custom,
        "buttons": [{"title": one.title, "payload": one.payload} for one in response.buttons],
    }  # fmt: skip
    return {name: value for name, value in told.items() if value}


def said(told: Mapping[str, Json], values: Mapping[str, Json]) -> Spoken:
    """Return a response in Rasa's JSON as parts, its `{slots}` filled in."""
    text = written(told.get("text"), values)[:WORDS]
    choices = _choices(told.get("buttons"), values)
    parts: list[Part] = []
    if choices:
        parts.append(Choices(body=text if text.strip() else "…", choices=choices))
    elif text.strip():
        parts.append(Text(body=text))
    lost: list[str] = []
    for name in ("image", "attachment"):
        link = _link(told.get(name), values)
        if link is not None:
            parts.append(link)
        elif told.get(name):
            lost.append(name)
    lost += [name for name in ("custom", "elements") if told.get(name)]
    data = {name: told[name] for name in ("buttons", "image", "attachment", "custom", "elements") if told.get(name)}
    return Spoken(parts=tuple(parts), text=text, data=data, lost=tuple(lost))


def written(text: Json, values: Mapping[str, Json]) -> str:
    """Fill `{name}` by its value: no attributes, no formats. `{{` is a brace; an unknown name stays as it is."""
    if not isinstance(text, str):
        return ""

    def fill(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0][0]
        return plain(values[found[1]]) if found[1] in values else found[0]

    return _HOLE.sub(fill, text)


def plain(value: Json) -> str:
    """Return a value as people write it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case list():
            return ", ".join(map(plain, value))
        case dict():
            return msgspec.json.encode(value).decode()
        case _:
            return str(value)


def _choices(buttons: Json, values: Mapping[str, Json]) -> tuple[Choice, ...]:
    found: list[Choice] = []
    for one in buttons if isinstance(buttons, list) else ():
        title = written(one.get("title"), values).strip()[:LABEL]
        payload = written(one.get("payload"), values).strip() or title
        if title:
            found.append(Choice(label=title, value=payload if len(payload) <= VALUE else title))
    return tuple(found[:MOST_CHOICES])


def _link(told: Json, values: Mapping[str, Json]) -> Card | None:
    """Return a picture or file as a card: it is at somebody else's server, and stays there."""
    if isinstance(told, dict):
        payload = told.get("payload")
        told = payload.get("src") if isinstance(payload, dict) else None
    url = written(told, values).strip()
    if not _URL.match(url):
        return None
    return Card(url=url, title=url.rpartition("/")[2][:TITLE] or url[:TITLE])


def seed_of(sender: str, turn: int, name: str, number: int = 0) -> str:
    """Return what chooses among equal variants."""
    return f"{sender}\n{turn}\n{name}\n{number}"


def variants_of(name: str, project: Project) -> tuple[Response, ...]:
    """Return the variants of a response, or none."""
    return project.responses.get(name, ())
