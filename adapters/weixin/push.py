"""WeChat's words: what it pushes, in XML or JSON, as one shape; they stop in this room. Pure.

https://developers.weixin.qq.com/doc/service/guide/product/message/Receiving_standard_messages.html and the pages of the
single messages and events. In JSON a list of one may come as its only item.
"""

from datetime import UTC, datetime
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct, field

from adapters.weixin import xml
from hub.errors import Malformed

LATEST = 4_102_444_800
"""The year 2100: a time beyond it is none."""
T = TypeVar("T")


class Choice(Struct, frozen=True, kw_only=True):
    """What somebody decided about one notice, or what became of one that was sent."""

    template: str = field(name="TemplateId", default="")
    decision: str = field(name="SubscribeStatusString", default="")
    message: str | int = field(name="MsgID", default="")
    code: str | int = field(name="ErrorCode", default="")
    status: str = field(name="ErrorStatus", default="")


class Listed(Struct, frozen=True, kw_only=True):
    """XML's extra level around a list."""

    choices: list[Choice] | Choice = field(name="List", default_factory=list)


class Scanned(Struct, frozen=True, kw_only=True):
    """What the customer's camera read from a code, at our menu's request."""

    kind: str = field(name="ScanType", default="")
    result: str = field(name="ScanResult", default="")


class Push(Struct, frozen=True, kw_only=True):
    """One message or event. Ids are text: those of messages are 64-bit numbers, which JSON gives as such."""

    account: str = field(name="ToUserName", default="")
    user: Annotated[str, Meta(min_length=1, max_length=128)] = field(name="FromUserName")
    created: Annotated[int, Meta(ge=0, le=LATEST)] = field(name="CreateTime")
    kind: Annotated[str, Meta(min_length=1, max_length=64)] = field(name="MsgType")
    id: int | str = field(name="MsgId", default="")
    content: str = field(name="Content", default="")
    menu: int | str = field(name="bizmsgmenuid", default="")
    media: str = field(name="MediaId", default="")
    picture: str = field(name="PicUrl", default="")
    format: str = field(name="Format", default="")
    recognised: str | None = field(name="Recognition", default="")
    x: float | str = field(name="Location_X", default="")
    y: float | str = field(name="Location_Y", default="")
    label: str = field(name="Label", default="")
    title: str = field(name="Title", default="")
    description: str = field(name="Description", default="")
    url: str = field(name="Url", default="")
    app: str = field(name="AppId", default="")
    page: str = field(name="PagePath", default="")
    thumb: str = field(name="ThumbUrl", default="")
    event: str = field(name="Event", default="")
    key: str = field(name="EventKey", default="")
    ticket: str = field(name="Ticket", default="")
    latitude: float | str = field(name="Latitude", default="")
    longitude: float | str = field(name="Longitude", default="")
    precision: float | str = field(name="Precision", default="")
    scanned: Scanned | str = field(name="ScanCodeInfo", default="")
    message: int | str = field(name="MsgID", default="")
    status: str = field(name="Status", default="")
    agent: str = field(name="KfAccount", default="")
    from_agent: str = field(name="FromKfAccount", default="")
    to_agent: str = field(name="ToKfAccount", default="")
    entered_from: str = field(name="SessionFrom", default="")
    choices: list[Choice] | Choice = field(name="List", default_factory=list)
    popup: Listed | str = field(name="SubscribeMsgPopupEvent", default="")
    change: Listed | str = field(name="SubscribeMsgChangeEvent", default="")
    sent: Listed | str = field(name="SubscribeMsgSentEvent", default="")

    @property
    def at(self) -> datetime:
        """Return when it happened, by WeChat's clock."""
        return datetime.fromtimestamp(self.created, UTC)

    @property
    def listed(self) -> list[Choice]:
        """Return the choices, wherever they lie."""
        around = (
            self.choices,
            *(one.choices for one in (self.popup, self.change, self.sent) if not isinstance(one, str)),
        )
        return [one for some in around for one in (some if isinstance(some, list) else [some])]


class Sealed(Struct, frozen=True, kw_only=True):
    """The outside of an encrypted push; in compatible mode the plain message lies beside it and is not looked at."""

    sealed: str = field(name="Encrypt", default="")


def read(body: bytes) -> Push:
    """Read a plain push; raises `Malformed`."""
    return _read(body, Push)


def sealed(body: bytes) -> str:
    """Return the envelope in an encrypted push, or "" when there is none; raises `Malformed`."""
    return _read(body, Sealed).sealed


def _read(body: bytes, shape: type[T]) -> T:
    start = body.lstrip()[:1]
    try:
        if start == b"<":
            return msgspec.convert(xml.read(body.lstrip()), shape, strict=False)
        if start == b"{":
            return msgspec.json.decode(body, type=shape, strict=False)
    except (ValueError, RecursionError) as error:
        raise Malformed("Not a push of WeChat", reason=str(error)[:200]) from error
    raise Malformed("Neither XML nor JSON", size=len(body))
