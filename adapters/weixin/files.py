"""Files on their way to and from WeChat: kept there for three days, fetched once the message is safe, sent by id.

https://developers.weixin.qq.com/doc/service/api/material/temporary/api_uploadtempmedia and api_getmedia beside it.
"""

import re
from collections.abc import Mapping
from urllib.parse import unquote

import msgspec
from msgspec import Struct

from adapters.http import Answer
from adapters.lent import Files
from adapters.weixin.client import Client, Reply
from adapters.weixin.messages import Pointer
from adapters.weixin.wire import Upload
from hub.errors import Refused
from hub.model import Attachment, Media, Remote

LARGEST = 50 * 1024 * 1024
"""Bytes of a file that a customer sent: more than WeChat lets them."""
ENDINGS: Mapping[str, str] = {
    "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "audio/amr": "amr", "audio/mpeg": "mp3",
    "video/mp4": "mp4",
}  # fmt: skip
"""WeChat looks at the name's ending, and our names are people's."""
_NAME = re.compile(r"filename\*?=(?:UTF-8'')?\"?([^\";]+)", re.IGNORECASE)


class Uploaded(Reply, frozen=True, kw_only=True):
    """WeChat's id of a file: `thumb_media_id` for thumbnails."""

    media_id: str = ""
    thumb_media_id: str = ""


class Film(Struct, frozen=True, kw_only=True):
    """Films come as the address where they are."""

    video_url: str = ""


class Shelf:
    """The temporary files of one account."""

    def __init__(self, client: Client, files: Files) -> None:
        self._client = client
        self._files = files

    async def upload(self, part: Attachment, kind: str) -> str:
        """Hand a stored file to WeChat as `image`, `voice`, `video` or `thumb`, and return its id there."""
        data = await self._files.read(part.blob)
        return await self.give(data, part.media_type, kind)

    async def give(self, data: bytes, media_type: str, kind: str) -> str:
        """Hand bytes to WeChat."""
        name = f"{kind}.{ENDINGS.get(media_type, 'bin')}"
        file = Upload(field="media", name=name, media_type=media_type, data=data)
        told = await self._client.upload("/cgi-bin/media/upload", file, shape=Uploaded, query={"type": kind})
        id = told.media_id or told.thumb_media_id
        if not id:
            raise Refused("WeChat took the file and gave no id for it", kind=kind)
        return id

    async def fetch(self, remote: Remote) -> Media:
        """Fetch what a message named, and keep it; raises `Refused` when it is gone."""
        place = Pointer.of(remote.ref)
        answer = await self._bytes(place)
        return await self._files.keep(answer.body, name=remote.name or _name(answer) or remote.kind, limit=LARGEST)

    async def _bytes(self, place: Pointer) -> Answer:
        try:
            if place.media:
                return await self._by_id(place.media)
        except Refused:
            if not place.url:
                raise
        if place.url:
            return await self._client.fetch(place.url, limit=LARGEST)
        raise Refused("The message names no file")

    async def _by_id(self, media: str) -> Answer:
        answer = await self._client.download("/cgi-bin/media/get", {"media_id": media}, limit=LARGEST)
        film = _film(answer.body)
        return await self._client.fetch(film, limit=LARGEST) if film else answer


def _film(body: bytes) -> str:
    if body.lstrip()[:1] != b"{":
        return ""
    try:
        return msgspec.json.decode(body, type=Film).video_url
    except ValueError:
        return ""


def _name(answer: Answer) -> str:
    found = _NAME.search(answer.headers.get("content-disposition", ""))
    return unquote(found[1])[:256].replace("/", "_").replace("\\", "_") if found else ""
