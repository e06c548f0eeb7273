"""What happened between customer and account without a word: follows, scans, menus, what became of notices. Pure.

https://developers.weixin.qq.com/doc/service/guide/product/message/Receiving_event_pushes.html
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from adapters.weixin import messages
from adapters.weixin.push import Choice, Push, Scanned
from hub.model import Address, Inbound, Part, Receipt, Said, Signal, Status, Text

QR_SCENE = "qrscene_"
LONGEST_KEY = 200
MOST = 50
"""Facts that one signal tells."""


class Place(Struct, frozen=True, kw_only=True):
    """Where a push arrived: the inbox, its channel's name, and the bytes to keep."""

    inbox: str
    channel: str
    raw: bytes


def inbounds(push: Push, place: Place) -> list[Inbound]:
    """Return what the hub hears of a push; events that tell nothing about a customer are known and ignored."""
    if push.kind != "event":
        return [_said(push, place, messages.parts(push), messages.window(push))]
    read = EVENTS.get(push.event.lower())
    return read(push, place) if read else []


def identity(push: Push) -> str:
    """Return what survives WeChat's three tries: its MsgId, or for events who, when and what.

    The manual (product/message/Receiving_standard_messages.html) recommends MsgId; events have none, and a second is
    long enough for two of them.
    """
    if push.id:
        return str(push.id)[:LONGEST_KEY]
    what = push.key or str(push.message)
    short = what if len(what) <= LONGEST_KEY else hashlib.sha256(what.encode()).hexdigest()
    return f"{push.user}:{push.created}:{push.event or push.kind}:{short}"


def _said(push: Push, place: Place, parts: tuple[Part, ...], window: str) -> Said:
    return Said(inbox=place.inbox, provider_id=identity(push), sender=_address(push, place), sent_at=push.at,
                raw=place.raw, parts=parts, window=window)  # fmt: skip


def _signal(push: Push, place: Place, name: str, window: str = "", **facts: str) -> list[Inbound]:
    told = {word: value for word, value in facts.items() if value}
    return [Signal(inbox=place.inbox, provider_id=identity(push), sender=_address(push, place), sent_at=push.at,
                   raw=place.raw, name=name, window=window, facts=told)]  # fmt: skip


def _address(push: Push, place: Place) -> Address:
    return Address(channel=place.channel, user=push.user)


def _follow(push: Push, place: Place) -> list[Inbound]:
    scene = push.key.removeprefix(QR_SCENE) if push.key.startswith(QR_SCENE) else ""
    return _signal(push, place, "follow", "follow", scene=scene, ticket=push.ticket)


def _unfollow(push: Push, place: Place) -> list[Inbound]:
    return _signal(push, place, "unfollow")


def _scan(push: Push, place: Place) -> list[Inbound]:
    return _signal(push, place, "scan", "scan", scene=push.key, ticket=push.ticket)


def _location(push: Push, place: Place) -> list[Inbound]:
    return _signal(push, place, "location", latitude=str(push.latitude), longitude=str(push.longitude),
                   precision=str(push.precision))  # fmt: skip


def _click(push: Push, place: Place) -> list[Inbound]:
    """Take a click on the account's menu for a word of the customer: they look at the chat and wait for an answer."""
    if not push.key:
        return _signal(push, place, "menu", messages.MENU)
    return [_said(push, place, (Text(body=push.key),), messages.MENU)]


def _code(push: Push, place: Place) -> list[Inbound]:
    """Take what was read from a code for a word: WeChat shows the customer that we are about to answer."""
    result = push.scanned.result if isinstance(push.scanned, Scanned) else ""
    if not result or push.event.lower() == "scancode_push":
        return _signal(push, place, "code", messages.MENU, key=push.key, result=result[:2000])
    return [_said(push, place, (Text(body=result[: messages.LONGEST]),), messages.MENU)]


def _menu(push: Push, place: Place) -> list[Inbound]:
    """Note a menu that opens camera, album or map: what it brings comes as a message, and it opens no window."""
    return _signal(push, place, "menu", key=push.key)


def _view(push: Push, place: Place) -> list[Inbound]:
    return _signal(push, place, "view", url=push.key[:2000])


def _service(name: str) -> Callable[[Push, Place], list[Inbound]]:
    """Note what happens in WeChat's own customer-service client, beside the hub."""

    def read(push: Push, place: Place) -> list[Inbound]:
        return _signal(push, place, name, agent=push.agent or push.to_agent, before=push.from_agent)

    return read


def _enter(push: Push, place: Place) -> list[Inbound]:
    return _signal(push, place, "enter", "enter", scene=push.entered_from[:2000])


def _choice(name: str) -> Callable[[Push, Place], list[Inbound]]:
    """Note which notices somebody subscribed to or gave up: template id, and `accept` or `reject`."""

    def read(push: Push, place: Place) -> list[Inbound]:
        return _signal(push, place, name, **{one.template: one.decision for one in push.listed[:MOST]})

    return read


def _template(push: Push, place: Place) -> list[Inbound]:
    """Tell what became of a template message: `success`, `failed:user block`, `failed: system failed`."""
    if not push.message:
        return []
    good = push.status == "success"
    reason = "" if good else push.status.removeprefix("failed:").strip()
    return [_receipt(push, place, str(push.message), good=good, reason=reason)]


def _notices(push: Push, place: Place) -> list[Inbound]:
    """Tell what became of subscription notices; error code 0 is success."""
    told: Sequence[Choice] = [one for one in push.listed[:MOST] if one.message]
    return [
        _receipt(push, place, str(one.message), good=str(one.code) == "0", reason=f"{one.code} {one.status}".strip())
        for one in told
    ]


def _receipt(push: Push, place: Place, message: str, *, good: bool, reason: str) -> Receipt:
    key = f"{push.user}:{push.created}:{push.event}:{message}"
    return Receipt(inbox=place.inbox, provider_id=key, sender=_address(push, place), sent_at=push.at, raw=place.raw,
                   message=message, status=Status.DELIVERED if good else Status.FAILED,
                   reason="" if good else reason[:300])  # fmt: skip


EVENTS: Mapping[str, Callable[[Push, Place], list[Inbound]]] = {
    "subscribe": _follow,
    "unsubscribe": _unfollow,
    "scan": _scan,
    "location": _location,
    "click": _click,
    "view": _view,
    "view_miniprogram": _view,
    "scancode_push": _code,
    "scancode_waitmsg": _code,
    "pic_sysphoto": _menu,
    "pic_photo_or_album": _menu,
    "pic_weixin": _menu,
    "location_select": _menu,
    "templatesendjobfinish": _template,
    "subscribe_msg_popup_event": _choice("subscribed"),
    "subscribe_msg_change_event": _choice("unsubscribed"),
    "subscribe_msg_sent_event": _notices,
    "kf_create_session": _service("service.began"),
    "kf_close_session": _service("service.ended"),
    "kf_switch_session": _service("service.moved"),
    "user_enter_tempsession": _enter,
}
"""Events by their name in small letters. What is not here (mass sendings, reviews of the account, cards of shops) tells
nothing about a customer's wish."""
