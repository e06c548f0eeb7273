"""What `sync_msg` returns, item by item, as the hub sees it. Pure.

Source: https://developer.work.weixin.qq.com/document/path/94670. An item carries its content in a field named as its
`msgtype`. Only what the customer wrote becomes a message; what a colleague wrote in WeCom's own client is a signal.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from adapters.wechat_kf import events
from hub.model import Address, Card, Inbound, Location, Notice, Part, Remote, Said, Sender, Signal, Text

CHANNEL = "wechat_kf"
CUSTOMER, EVENT, COLLEAGUE = 3, 4, 5
MENU_MARK = "y:"
"""Ids of menu entries that we sent begin with it; what follows is the choice's value."""
LONGEST = 20_000


class Item(Struct, frozen=True, kw_only=True):
    """What every item has. Events name account and customer inside."""

    msgid: Annotated[str, Meta(min_length=1, max_length=128)]
    send_time: Annotated[int, Meta(ge=0, le=9_999_999_999)]
    origin: int
    msgtype: Annotated[str, Meta(min_length=1, max_length=64)]
    open_kfid: str = ""
    external_userid: str = ""
    servicer_userid: str = ""

    @property
    def at(self) -> datetime:
        """Return when it was sent."""
        return datetime.fromtimestamp(self.send_time, UTC)


class Written(Struct, frozen=True, kw_only=True):
    """`text`; `menu_id` when it is an answer to a menu."""

    content: str
    menu_id: str = ""


class Kept(Struct, frozen=True, kw_only=True):
    """`image`, `voice`, `video`, `file`: kept by WeCom for three days."""

    media_id: Annotated[str, Meta(min_length=1, max_length=1024)]


class Place(Struct, frozen=True, kw_only=True):
    """`location`."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    name: str = ""
    address: str = ""


class Link(Struct, frozen=True, kw_only=True):
    """`link`."""

    title: str
    url: str
    desc: str = ""
    pic_url: str = ""


class MiniProgram(Struct, frozen=True, kw_only=True):
    """`miniprogram`."""

    title: str
    appid: str
    pagepath: str = ""


class Line(Struct, frozen=True, kw_only=True):
    """One line of forwarded talk: its content is JSON in JSON."""

    msgtype: str
    sender_name: str = ""
    msg_content: str = ""


class Talk(Struct, frozen=True, kw_only=True):
    """`merged_msg`: talk that the customer forwarded."""

    title: str = ""
    item: list[Line] = []


FILES: dict[str, Literal["image", "audio", "video", "file"]] = {
    "image": "image",
    "voice": "audio",
    "video": "video",
    "file": "file",
}


def read(raw: bytes, *, inbox: str, account: str, who: Sender) -> Inbound | None:
    """Return what one item says; None for another account's and for what says nothing to us.

    Raises ValueError for an item that has not even an id, an origin and a time.
    """
    item = msgspec.json.decode(raw, type=Item)
    if item.origin == EVENT or item.msgtype == "event":
        return events.read(raw, item.msgid, item.at, inbox=inbox, account=account, who=who)
    if item.open_kfid not in ("", account) or not item.external_userid:
        return None
    sender = Address(channel=CHANNEL, user=item.external_userid)
    if item.origin == CUSTOMER:
        return Said(inbox=inbox, provider_id=item.msgid, sender=sender, sent_at=item.at, raw=raw, who=who,
                    parts=_parts(item.msgtype, raw))  # fmt: skip
    if item.origin == COLLEAGUE:
        facts = {"servicer": item.servicer_userid, "type": item.msgtype}
        return Signal(inbox=inbox, provider_id=item.msgid, sender=sender, sent_at=item.at, raw=raw,
                      name="answered.elsewhere", facts=facts)  # fmt: skip
    return None


def customer(raw: bytes) -> str:
    """Return whose item it is, or "" when it is nobody's."""
    try:
        item = msgspec.json.decode(raw, type=Item)
        return item.external_userid or events.customer(raw)
    except ValueError:
        return ""


def _parts(type_: str, raw: bytes) -> tuple[Part, ...]:
    """Return what was said. A type we do not know, or content that is not as the manual says, is kept and named."""
    try:
        content = msgspec.json.decode(raw, type=dict[str, Any])[type_]
        return _content(type_, content)
    except (ValueError, KeyError, TypeError):
        return (_unsupported(type_),)


def _content(type_: str, content: Any) -> tuple[Part, ...]:
    match type_:
        case "text":
            return (_text(msgspec.convert(content, Written)),)
        case "image" | "voice" | "video" | "file":
            return (Remote(kind=FILES[type_], ref=msgspec.convert(content, Kept).media_id),)
        case "location":
            place = msgspec.convert(content, Place)
            return (Location(latitude=place.latitude, longitude=place.longitude,
                             label=(place.name or place.address)[:256]),)  # fmt: skip
        case "link":
            return (_link(msgspec.convert(content, Link)),)
        case "miniprogram":
            app = msgspec.convert(content, MiniProgram)
            return (Card(kind="miniprogram", app=app.appid[:256], page=app.pagepath[:1024], title=app.title[:256]),)
        case "merged_msg":
            return (_talk(msgspec.convert(content, Talk)),)
        case _:
            title = content.get("title") if isinstance(content, dict) else None
            return (_unsupported(type_, title if isinstance(title, str) else ""),)


def _text(written: Written) -> Part:
    """Return the words, also of what was pressed in a menu of ours: who offered it knows what they mean."""
    value = written.menu_id.removeprefix(MENU_MARK) if written.menu_id.startswith(MENU_MARK) else ""
    words = written.content or value
    return Text(body=words[:LONGEST]) if words else _unsupported("text")


def _link(link: Link) -> Part:
    if not link.url.startswith(("http://", "https://")):
        return Text(body=f"{link.title}\n{link.url}"[:LONGEST])
    return Card(url=link.url[:2048], title=link.title[:256], text=link.desc[:1024], image=link.pic_url[:2048])


def _talk(talk: Talk) -> Part:
    lines = [talk.title, *(f"{line.sender_name}: {_words(line)}" for line in talk.item)]
    return Text(body="\n".join(line for line in lines if line)[:LONGEST] or "…")


def _words(line: Line) -> str:
    """Return a forwarded text's words, and of anything else its kind."""
    try:
        if line.msgtype == "text":
            told = msgspec.json.decode(line.msg_content, type=dict[str, Any])
            return msgspec.convert(told.get("text", told), Written).content
    except ValueError:
        pass
    return f"[{line.msgtype}]"


def _unsupported(type_: str, title: str = "") -> Notice:
    return Notice(code="unsupported", facts={"type": type_, **({"title": title[:256]} if title else {})})
