"""Our files at WeCom: uploaded once, good for three days, found again when a message is sent once more.

Source: https://developer.work.weixin.qq.com/document/path/96484: at least 6 bytes; voice is AMR of at most 60 s.
"""

import base64
from collections import OrderedDict
from datetime import datetime, timedelta
from email.message import Message

from msgspec import Struct

from adapters.setup import Setup
from adapters.wechat_kf.content import LARGEST, SMALLEST, kind_of
from adapters.weixin.client import Client
from adapters.weixin.wire import Upload
from hub.errors import HubError, Refused, Unsupported
from hub.media import media_type
from hub.model import Attachment, Card, Media, Remote

LIFE = timedelta(days=2)
REMEMBERED = 1000
LARGEST_COVER = 2 << 20
PLAIN = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAHgAAAB4CAAAAAAcD2kOAAAATUlEQVR4nO3NAQkAAAwDoPUPuhyLcThawPRIxGKxWCwWi8VisVgs"
    "FovFYrFYLBaLxWKxWCwWi8VisVgsFovFYrFYLBaLxWKxWCwWf4sHoaGMb3fAM14AAAAASUVORK5CYII="
)
"""A grey square of 120 pixels, as PNG: the cover of cards without one."""
ENDINGS = {"image": "jpg", "audio": "amr", "video": "mp4", "file": "bin"}


class Uploaded(Struct, frozen=True, kw_only=True):
    """The answer to an upload."""

    media_id: str


class Shelf:
    """The files of one account."""

    def __init__(self, setup: Setup, client: Client) -> None:
        self._setup = setup
        self._client = client
        self._there: OrderedDict[str, tuple[datetime, str]] = OrderedDict()

    async def put(self, part: Attachment) -> str:
        """Upload a file of the hub and return its id there."""
        known = self._known(part.blob)
        if known:
            return known
        if part.size < SMALLEST:
            raise Unsupported("WeCom takes no file of less than 6 bytes", size=part.size)
        data = await self._setup.lent_files.read(part.blob)
        return await self._upload(part.blob, kind_of(part), part.name, part.media_type, data)

    async def cover(self, card: Card) -> str:
        """Upload a card's picture, which WeCom demands; a plain one when it has none that can be had."""
        name = f"cover:{card.image}"
        known = self._known(name)
        if known:
            return known
        data = await self._picture(card.image) if card.image else PLAIN
        return await self._upload(name, "image", "cover.png", media_type(data), data)

    async def fetch(self, remote: Remote) -> Media:
        """Download a customer's file and keep it."""
        limit = LARGEST["file"]
        answer = await self._client.download("/cgi-bin/media/get", {"media_id": remote.ref}, limit=limit)
        if not answer.body:
            raise Refused("WeCom gave an empty file")
        name = remote.name or _named(answer.headers.get("content-disposition", ""))
        return await self._setup.lent_files.keep(
            answer.body, name=name or f"{remote.kind}.{ENDINGS[remote.kind]}", limit=limit
        )

    async def _picture(self, url: str) -> bytes:
        try:
            data = (await self._client.fetch(url, limit=LARGEST_COVER)).body
        except HubError:
            return PLAIN
        return data if media_type(data) in ("image/png", "image/jpeg") else PLAIN

    async def _upload(self, key: str, kind: str, name: str, type_: str, data: bytes) -> str:
        file = Upload(field="media", name=name, media_type=type_, data=data)
        told = await self._client.upload("/cgi-bin/media/upload", file, shape=Uploaded, query={"type": kind})
        self._there[key] = (self._setup.clock.now() + LIFE, told.media_id)
        while len(self._there) > REMEMBERED:
            self._there.popitem(last=False)
        return told.media_id

    def _known(self, key: str) -> str:
        now = self._setup.clock.now()
        until, id = self._there.get(key, (now, ""))
        return id if now < until else ""


def _named(disposition: str) -> str:
    """Return the file name of a Content-Disposition header."""
    header = Message()
    header["Content-Disposition"] = disposition
    return (header.get_filename() or "").rpartition("/")[2].rpartition("\\")[2][:256]
