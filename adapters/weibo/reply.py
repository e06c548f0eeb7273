"""A part as Weibo's reply call wants it: a type, and a JSON text in a form field. Pure.

Source: https://open.weibo.com/wiki/Send_Customer_Service_Message: `text` (less than 300 Chinese characters), `articles`
(title, summary, picture, address; at most 8) and `position`. There is no way to send a file.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from hub.errors import Unsupported
from hub.model import Card, Location, Part, Text, plain

ARTICLES = 8
LETTERS = 299


class Reply(Struct, frozen=True, kw_only=True):
    """`type` and `data` of the call."""

    type: str
    data: str


def render(parts: Sequence[Part], *, picture: str) -> Reply:
    """Return one call's content; raises `Unsupported` for what does not fit into one call.

    `picture` stands on cards that have none; without any, a lone card goes out in words.
    """
    match parts:
        case [Text(body=body)]:
            return _reply("text", {"text": body})
        case [Location() as place]:
            return _reply("position", {"longitude": str(place.longitude), "latitude": str(place.latitude)})
        case [Card(image=image, kind=kind) as card] if kind == "miniprogram" or not (image or picture):
            return _words(card)
        case [Card(), *_] if len(parts) <= ARTICLES and all(_is_article(part, picture) for part in parts):
            articles = [_article(part, picture) for part in parts if isinstance(part, Card)]
            return _reply("articles", {"articles": articles})
        case _:
            raise Unsupported("Weibo takes one text, one place or up to 8 cards a call", parts=len(parts))


def _is_article(part: Part, picture: str) -> bool:
    return isinstance(part, Card) and bool(part.url) and bool(part.image or picture)


def _article(card: Card, picture: str) -> dict[str, str]:
    return {
        "display_name": card.title,
        "summary": card.text or card.title,
        "image": card.image or picture,
        "url": card.url,
    }


def _words(card: Card) -> Reply:
    words = "\n".join(line for line in (card.title, card.text, card.url) if line)
    if len(words) > LETTERS:
        words = plain((card,))
    if len(words) > LETTERS:
        raise Unsupported("The card is too long for a text", hint="Set `card_image`, or shorten it.")
    return _reply("text", {"text": words})


def _reply(type_: str, data: object) -> Reply:
    return Reply(type=type_, data=msgspec.json.encode(data).decode())
