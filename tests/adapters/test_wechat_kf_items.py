"""Every kind of item that WeChat customer service hands out, and what the hub sees in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.wechat_kf import items
from hub.model import Card, Location, Notice, Part, Receipt, Remote, Said, Sender, Signal, Status, Text
from tests.adapters.small_hub import INBOX
from tests.adapters.wechat_kf_world import LEI, World, world

__all__ = ["world"]


@pytest.mark.parametrize(("type_", "content", "part"), [
    ("text", {"content": "缴费", "menu_id": "y:怎么缴费"}, Text(body="缴费")),
    ("text", {"content": "", "menu_id": "y:怎么缴费"}, Text(body="怎么缴费")),
    ("text", {"content": "缴费", "menu_id": "101"}, Text(body="缴费")),
    ("image", {"media_id": "M1"}, Remote(kind="image", ref="M1")),
    ("voice", {"media_id": "M2"}, Remote(kind="audio", ref="M2")),
    ("video", {"media_id": "M3"}, Remote(kind="video", ref="M3")),
    ("file", {"media_id": "M4"}, Remote(kind="file", ref="M4")),
    ("location", {"latitude": 23.106021881103501, "longitude": 113.320503234863, "name": "广州国际媒体港(广州市海珠区)",
                  "address": "广东省广州市海珠区滨江东路"},
     Location(latitude=23.106021881103501, longitude=113.320503234863, label="广州国际媒体港(广州市海珠区)")),
    ("link", {"title": "TITLE", "desc": "DESC", "url": "https://a.example/1", "pic_url": "https://a.example/1.png"},
     Card(title="TITLE", text="DESC", url="https://a.example/1", image="https://a.example/1.png")),
    ("link", {"title": "怪", "url": "weixin://x"}, Text(body="怪\nweixin://x")),
    ("miniprogram", {"title": "TITLE", "appid": "APPID", "pagepath": "p?x=1", "thumb_media_id": "T"},
     Card(kind="miniprogram", app="APPID", page="p?x=1", title="TITLE")),
    ("merged_msg", {"title": "聊天记录", "item": [
        {"send_time": 1, "msgtype": "text", "sender_name": "王",
         "msg_content": "{\"text\":{\"content\":\"水表在哪\"}}"},
        {"send_time": 2, "msgtype": "image", "sender_name": "李", "msg_content": "{\"image\":{}}"}]},
     Text(body="聊天记录\n王: 水表在哪\n李: [image]")),
    ("business_card", {"userid": "zhang"}, Notice(code="unsupported", facts={"type": "business_card"})),
    ("channels_shop_order", {"order_id": "1", "title": "订单"},
     Notice(code="unsupported", facts={"type": "channels_shop_order", "title": "订单"})),
    ("hologram", {"of": "tomorrow"}, Notice(code="unsupported", facts={"type": "hologram"})),
    ("location", {"latitude": 91.0, "longitude": 1.0}, Notice(code="unsupported", facts={"type": "location"})),
    ("text", {"content": ""}, Notice(code="unsupported", facts={"type": "text"})),
    ("image", None, Notice(code="unsupported", facts={"type": "image"})),
])  # fmt: skip
async def test_every_kind_of_message(world: World, type_: str, content: Any, part: Part) -> None:
    await world.sim.sends(LEI, type_, content)
    (said,) = await world.seen()
    assert isinstance(said, Said)
    assert said.parts == (part,)
    assert json.loads(said.raw)["msgtype"] == type_


@pytest.mark.parametrize(("type_", "told", "name", "facts"), [
    ("enter_session", {"scene": "123", "scene_param": "a=1", "wechat_channels": {"nickname": "水务视频"}}, "enter",
     {"scene": "123", "scene_param": "a=1", "channels": "水务视频"}),
    ("servicer_status_change", {"servicer_userid": "zhangsan", "status": 1}, "colleague.status",
     {"servicer": "zhangsan", "status": "1"}),
    ("session_status_change",
     {"change_type": 2, "old_servicer_userid": "a", "new_servicer_userid": "b", "msg_code": "C"},
     "session", {"change": "2", "before": "a", "after": "b", "code": "C"}),
    ("user_recall_msg", {"recall_msgid": "m9"}, "recalled", {"message": "m9"}),
    ("servicer_recall_msg", {"recall_msgid": "m8", "servicer_userid": "z"}, "recalled.elsewhere",
     {"message": "m8", "servicer": "z"}),
    ("reject_customer_msg_switch_change", {"reject_switch": 1}, "reject", {"on": "1"}),
    ("tomorrow_event", {}, "event.unknown", {"type": "tomorrow_event"}),
])  # fmt: skip
async def test_every_event(world: World, type_: str, told: dict[str, Any], name: str, facts: dict[str, str]) -> None:
    await world.sim.happens(LEI, type_, told)
    (signal,) = await world.seen()
    assert isinstance(signal, Signal)
    assert (signal.name, signal.facts, signal.window) == (name, facts, "")


@pytest.mark.parametrize(("why", "reason"), [
    (0, "unknown"), (4, "window_closed"), (5, "session_closed"), (6, "window_closed"), (10, "opted_out"),
    (99, "unknown"),
])  # fmt: skip
async def test_an_answer_that_did_not_arrive_is_a_receipt(world: World, why: int, reason: str) -> None:
    await world.sim.loses(LEI, "abc", why)
    (receipt,) = await world.seen()
    assert isinstance(receipt, Receipt)
    assert (receipt.message, receipt.status, receipt.reason) == ("abc", Status.FAILED, reason)


async def test_what_a_colleague_writes_elsewhere_is_no_message_of_the_customer(world: World) -> None:
    kfid = world.sim.desk.open_kfid
    written = {"open_kfid": kfid, "external_userid": LEI, "origin": 5, "servicer_userid": "zhangsan",
               "msgtype": "text", "text": {"content": "我来"}}  # fmt: skip
    world.sim.desk.add(written)
    world.sim.desk.add({**written, "origin": 3, "open_kfid": "wkOther"})
    world.sim.desk.add({**written, "origin": 9})
    await world.sim.ring()
    (signal,) = await world.seen()
    assert isinstance(signal, Signal)
    assert (signal.name, signal.facts) == ("answered.elsewhere", {"servicer": "zhangsan", "type": "text"})


async def test_an_item_that_is_broken_keeps_none_of_the_others(world: World) -> None:
    world.sim.muted = True
    await world.sim.says(LEI, "一")
    world.sim.desk.add({"msgid": 7, "origin": "x"})
    world.sim.desk.add({"origin": 4, "msgtype": "event", "event": "?"})
    await world.sim.says(LEI, "二")
    world.sim.muted = False
    await world.sim.ring()
    assert [one.parts for one in await world.seen() if isinstance(one, Said)] == [
        (Text(body="一"),),
        (Text(body="二"),),
    ]


def test_half_an_item_is_no_item() -> None:
    whole = b'{"msgid":"1","send_time":1,"origin":3,"msgtype":"text","external_userid":"u","text":{"content":"x"}}'
    assert items.read(whole, inbox=INBOX, account="wk", who=Sender()) is not None
    for cut in range(1, len(whole)):
        with pytest.raises(ValueError, match=r".+"):
            items.read(whole[:cut], inbox=INBOX, account="wk", who=Sender())
