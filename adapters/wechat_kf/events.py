"""Items that are no message: a session opened, an answer that did not arrive, colleagues coming and going. Pure.

Source: https://developer.work.weixin.qq.com/document/path/94670, "事件消息"; the meaning of `fail_type` 11 to 13, of
`reject_switch` and of the recall events is taken from libraries (WxJava, silenceper/wechat).
"""

from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from hub.model import Address, Inbound, Receipt, Sender, Signal, Status

CHANNEL = "wechat_kf"
WELCOME_LIFE = timedelta(seconds=20)
FAILURES = {
    0: "unknown",
    1: "account_deleted",
    2: "app_closed",
    4: "window_closed",
    5: "session_closed",
    6: "window_closed",
    7: "not_bound",
    8: "not_verified",
    9: "not_bound",
    10: "opted_out",
    11: "nobody_logged_in",
    12: "forbidden_type",
    13: "forbidden_content",
}
"""`fail_type` -> the reason that a message of ours failed for: 4 is 48 hours over, 6 five messages sent."""


class Channels(Struct, frozen=True, kw_only=True):
    """The video channel (视频号) that somebody came from."""

    nickname: str = ""
    shop_nickname: str = ""


class Happened(Struct, frozen=True, kw_only=True):
    """One event; which fields are set depends on its type."""

    event_type: str
    open_kfid: str = ""
    external_userid: str = ""
    scene: str = ""
    scene_param: str = ""
    welcome_code: str = ""
    wechat_channels: Channels = Channels()
    fail_msgid: str = ""
    fail_type: int = 0
    servicer_userid: str = ""
    status: int = 0
    change_type: int = 0
    old_servicer_userid: str = ""
    new_servicer_userid: str = ""
    msg_code: str = ""
    recall_msgid: str = ""
    reject_switch: int = 0


class Holder(Struct, frozen=True, kw_only=True):
    """The item around it."""

    event: Happened


NAMES = {
    "enter_session": "enter",
    "servicer_status_change": "colleague.status",
    "session_status_change": "session",
    "user_recall_msg": "recalled",
    "servicer_recall_msg": "recalled.elsewhere",
    "reject_customer_msg_switch_change": "reject",
}


def read(raw: bytes, id: str, at: datetime, *, inbox: str, account: str, who: Sender) -> Inbound | None:
    """Return what an event says, None for another account's; raises ValueError for one without a type."""
    event = msgspec.json.decode(raw, type=Holder).event
    if event.open_kfid not in ("", account):
        return None
    sender = Address(channel=CHANNEL, user=event.external_userid or account)
    if event.event_type == "msg_send_fail" and event.fail_msgid:
        reason = FAILURES.get(event.fail_type, "unknown")
        return Receipt(inbox=inbox, provider_id=id, sender=sender, sent_at=at, raw=raw, message=event.fail_msgid,
                       status=Status.FAILED, reason=reason)  # fmt: skip
    return Signal(inbox=inbox, provider_id=id, sender=sender, sent_at=at, raw=raw, who=who,
                  name=NAMES.get(event.event_type, "event.unknown"), facts=_facts(event, at),
                  window="welcome" if event.welcome_code else "")  # fmt: skip


def customer(raw: bytes) -> str:
    """Return whose event it is, or ""."""
    return msgspec.json.decode(raw, type=Holder).event.external_userid


def _facts(event: Happened, at: datetime) -> dict[str, str]:
    """Return what was told, what is empty left out."""
    told = {
        "scene": event.scene,
        "scene_param": event.scene_param,
        "welcome_code": event.welcome_code,
        "welcome_until": (at + WELCOME_LIFE).isoformat() if event.welcome_code else "",
        "channels": event.wechat_channels.nickname or event.wechat_channels.shop_nickname,
        "servicer": event.servicer_userid,
        "before": event.old_servicer_userid,
        "after": event.new_servicer_userid,
        "code": event.msg_code,
        "message": event.recall_msgid,
        **_numbers(event),
    }
    return {name: value for name, value in told.items() if value}


def _numbers(event: Happened) -> dict[str, str]:
    match event.event_type:
        case "servicer_status_change":
            return {"status": str(event.status)}
        case "session_status_change":
            return {"change": str(event.change_type)}
        case "reject_customer_msg_switch_change":
            return {"on": str(event.reject_switch)}
        case known if known in NAMES:
            return {}
        case unknown:
            return {"type": unknown}
