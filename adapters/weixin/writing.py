"""What we write, as WeChat wants it: customer-service messages, template messages, subscription notices.

https://developers.weixin.qq.com/doc/service/api/customer/message/api_sendcustommessage
"""

from collections.abc import Callable
from pathlib import Path

from adapters.carry import tag_of
from adapters.weixin.client import Client
from adapters.weixin.files import Shelf
from hub.errors import HubError, Unsupported
from hub.model import Audio, Card, Choices, Image, Part, Text, Video

Payload = dict[str, object]
COVER = (Path(__file__).parent / "cover.jpg").read_bytes()
"""What is shown for a card without a picture of its own: WeChat asks for one."""
LARGEST_COVER = 2 * 1024 * 1024
LONGEST_VOICE = 60.0


class Writer:
    """Makes payloads for one account; files are handed over first."""

    def __init__(self, client: Client, shelf: Callable[[], Shelf]) -> None:
        self._client = client
        self._shelf = shelf

    async def payload(self, part: Part) -> Payload:
        """Return `msgtype` and what belongs to it; raises `Unsupported` for what cannot be said."""
        match part:
            case Text(body=body):
                return {"msgtype": "text", "text": {"content": body}}
            case Choices():
                return menu(part)
            case Card():
                return await self._card(part)
            case Image() | Audio() | Video():
                return await self._file(part)
            case _:
                raise Unsupported("WeChat has no such message", part=tag_of(part))

    async def _file(self, part: Image | Audio | Video) -> Payload:
        match part:
            case Image():
                return {"msgtype": "image", "image": {"media_id": await self._shelf().upload(part, "image")}}
            case Audio():
                if part.seconds is not None and part.seconds > LONGEST_VOICE:
                    raise Unsupported("A voice message has 60 seconds at most", seconds=part.seconds)
                return {"msgtype": "voice", "voice": {"media_id": await self._shelf().upload(part, "voice")}}
            case Video():
                film = await self._shelf().upload(part, "video")
                thumb = await self._shelf().give(COVER, "image/jpeg", "thumb")
                said = {"media_id": film, "thumb_media_id": thumb, "title": part.name, "description": ""}
                return {"msgtype": "video", "video": said}

    async def _card(self, card: Card) -> Payload:
        match card.kind:
            case "link":
                article = {"title": card.title, "description": card.text, "url": card.url, "picurl": card.image}
                return {"msgtype": "news", "news": {"articles": [article]}}
            case "music":
                thumb = await self._shelf().give(COVER, "image/jpeg", "thumb")
                music = {"title": card.title, "description": card.text, "musicurl": card.url, "hqmusicurl": card.url,
                         "thumb_media_id": thumb}  # fmt: skip
                return {"msgtype": "music", "music": music}
            case "miniprogram":
                page = {"title": card.title, "appid": card.app, "pagepath": card.page,
                        "thumb_media_id": await self.cover(card)}  # fmt: skip
                return {"msgtype": "miniprogrampage", "miniprogrampage": page}

    async def cover(self, card: Card) -> str:
        """Return WeChat's id of the card's picture; one that cannot be had is replaced, the card is worth more."""
        data, type_ = COVER, "image/jpeg"
        if card.image.startswith(("http://", "https://")):
            try:
                answer = await self._client.fetch(card.image, limit=LARGEST_COVER)
                told = answer.headers.get("content-type", "").partition(";")[0]
                data, type_ = (answer.body, told) if told in ("image/jpeg", "image/png") else (data, type_)
            except HubError:
                pass
        return await self._shelf().give(data, type_, "image")


def menu(part: Choices) -> Payload:
    """Return a question whose answers can be tapped. What is tapped comes back as its words, with our number for it."""
    numbers = _numbers([choice.value for choice in part.choices])
    options = [{"id": id, "content": choice.label} for id, choice in zip(numbers, part.choices, strict=True)]
    return {"msgtype": "msgmenu", "msgmenu": {"head_content": part.body, "list": options, "tail_content": ""}}


def _numbers(values: list[str]) -> list[str]:
    """Keep values that are different numbers; others get their place in the list, for WeChat wants numbers."""
    usable = all(value.isascii() and value.isdecimal() and len(value) <= 9 for value in values)
    return values if usable and len(set(values)) == len(values) else [str(at) for at in range(1, len(values) + 1)]
