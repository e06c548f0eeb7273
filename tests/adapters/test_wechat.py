"""An Official Account against its simulator: pushes and retries, modes, windows, tokens, quotas, files, templates."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from msgspec import structs

from adapters.contract import Request
from adapters.wechat.adapter import OfficialAccount
from adapters.weixin.client import Client
from hub import keys
from hub.errors import (
    ChannelBroken,
    Invalid,
    Malformed,
    OutcomeUnknown,
    Refused,
    TryLater,
    Unsupported,
    Unverified,
    WindowClosed,
)
from hub.model import (
    Audio,
    Card,
    Choice,
    Choices,
    Image,
    Notice,
    Receipt,
    Remote,
    Said,
    Signal,
    Status,
    Template,
    Text,
    Video,
)
from hub.secrets import Vault
from hub.tokens import TOKENS, InboxTokens, Tokens
from tests.adapters.contract.kit import FILES
from tests.adapters.small_hub import INBOX
from tests.adapters.weixin.world import LEI, World, world
from tests.stores import open_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from adapters.simulators.stage import Hook

PNG, AMR, MP4 = ((FILES / name).read_bytes() for name in ("picture.png", "voice.amr", "film.mp4"))


@pytest.fixture
async def wechat(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


async def test_wechat_checks_the_address_and_hears_its_word(wechat: World) -> None:
    assert await wechat.sim.check_address()
    wechat.sim.account = structs.replace(wechat.sim.account, token="somebodyelse")
    assert not await wechat.sim.check_address()


@pytest.mark.parametrize("mode", ["encrypted", "compatible", "plain"])
@pytest.mark.parametrize("form", ["xml", "json"])
async def test_every_mode_and_form_is_understood(tmp_path: Path, mode: str, form: str) -> None:
    async with world(tmp_path, mode=mode, form=form) as wechat:
        called = await wechat.sim.says(LEI, " 家里停水了 😢 ]]> <b>&amp; ")
        assert (called.status, called.body, called.tries) == (200, b"success", 1)
        (said,) = await wechat.hub.stored(LEI)
        assert isinstance(said, Said)
        assert said.parts == (Text(body=" 家里停水了 😢 ]]> <b>&amp; "),)
        assert (said.window, said.sent_at) == ("message", wechat.clock.now())
        assert "停水了".encode() in said.raw


async def test_what_the_hub_does_not_take_at_once_is_stored_once(wechat: World) -> None:
    wechat.hub.refusing = 2
    called = await wechat.sim.says(LEI, "一")
    assert (called.status, called.tries, wechat.hub.calls, wechat.hub.known) == (200, 3, 3, 2)
    await wechat.sim.event(LEI, "CLICK", "menu", EventKey="缴费")
    await wechat.sim.event(LEI, "CLICK", "menu", EventKey="报修")
    stored = await wechat.hub.stored(LEI)
    assert [(one.parts, one.window) for one in stored if isinstance(one, Said)] == [
        ((Text(body="一"),), "message"), ((Text(body="缴费"),), "menu"), ((Text(body="报修"),), "menu"),
    ]  # fmt: skip


async def test_an_event_told_three_times_is_stored_once(wechat: World) -> None:
    words = wechat.sim.words(LEI, "event", Event="subscribe", EventKey="qrscene_desk-3", Ticket="T")
    for _ in range(3):
        assert (await wechat.sim.push(words)).body == b"success"
    (followed,) = await wechat.hub.stored(LEI)
    assert isinstance(followed, Signal)
    assert (followed.name, followed.window, followed.facts) == ("follow", "follow", {"scene": "desk-3", "ticket": "T"})


async def test_a_hub_that_is_down_is_called_three_times_and_the_customer_sees_it(wechat: World) -> None:
    wechat.hub.refusing = 3
    called = await wechat.sim.says(LEI, "一")
    assert (called.status, called.tries) == (503, 3)
    assert any("暂时无法提供服务" in line for line in wechat.said)


async def test_the_clock_of_the_provider_may_differ_a_little(wechat: World) -> None:
    wechat.sim.faults.clock_skew = 599
    assert (await wechat.sim.says(LEI, "一")).status == 200
    for skew in (-601.0, 602.0):
        wechat.sim.faults.clock_skew = skew
        assert (await wechat.sim.says(LEI, "二")).status == 401
    assert len(await wechat.hub.stored(LEI)) == 1


async def test_a_call_replayed_later_is_refused_and_sooner_is_known(wechat: World) -> None:
    hook = wechat.sim.signed(wechat.sim.words(LEI, "text", Content="一", MsgId=77))
    assert [(await wechat.sim.call(hook)).status for _ in range(2)] == [200, 200]
    assert wechat.hub.known == 1
    await wechat.clock.advance(timedelta(seconds=601))
    assert (await wechat.sim.call(hook)).status == 401


async def test_kinds_that_nobody_knows_are_shown_as_such_with_what_came(wechat: World) -> None:
    await wechat.sim.message(LEI, "hologram", Depth=3)
    assert (await wechat.sim.event(LEI, "something_of_tomorrow")).body == b"success"
    (said,) = await wechat.hub.stored(LEI)
    assert isinstance(said, Said)
    assert said.parts == (Notice(code="unsupported", facts={"type": "hologram"}),)
    assert b"<Depth>3</Depth>" in said.raw


# -- what is forged, cut or meant for others ---------------------------------------------------------------------------


def requested(wechat: World, hook: Hook, body: bytes | None = None, **query: str) -> Request:
    """Return a call as the adapter sees it, changed a little."""
    words = {**dict(parse_qsl(urlsplit(hook.url).query, keep_blank_values=True)), **query}
    return Request(method=hook.method, url=hook.url, query=words, headers={}, body=hook.body if body is None else body,
                   at=wechat.clock.now())  # fmt: skip


def pushed(wechat: World) -> Hook:
    """Return a good call."""
    return wechat.sim.signed(wechat.sim.words(LEI, "text", Content="一", MsgId=77))


@pytest.mark.parametrize("at", [0, 1, 40, 90, 150, -1])
async def test_a_changed_letter_of_the_envelope_is_refused(wechat: World, at: int) -> None:
    hook = pushed(wechat)
    before, mark, after = hook.body.partition(b"<Encrypt><![CDATA[")
    sealed, end, rest = after.partition(b"]]>")
    changed = bytearray(sealed)
    changed[at] = ord("A") if changed[at] != ord("A") else ord("B")
    wechat.adapter.verify(requested(wechat, hook))
    with pytest.raises(Unverified):
        wechat.adapter.verify(requested(wechat, hook, before + mark + bytes(changed) + end + rest))


async def test_a_message_without_an_envelope_is_refused_in_encrypted_mode(wechat: World) -> None:
    wechat.sim.account = structs.replace(wechat.sim.account, mode="plain")
    hook = pushed(wechat)
    with pytest.raises(Unverified, match="without an envelope") as refused:
        wechat.adapter.verify(requested(wechat, hook))
    assert "安全模式" in refused.value.hint
    assert (await wechat.sim.call(hook)).status == 401


async def test_the_plain_copy_of_compatible_mode_is_never_believed(wechat: World) -> None:
    wechat.sim.account = structs.replace(wechat.sim.account, mode="compatible")
    hook = pushed(wechat)
    forged = hook.body.replace("一".encode(), "二".encode())
    assert forged != hook.body
    request = requested(wechat, hook, forged)
    wechat.adapter.verify(request)
    (said,) = wechat.adapter.parse(request)
    assert isinstance(said, Said)
    assert said.parts == (Text(body="一"),)


async def test_a_message_for_another_account_is_refused(wechat: World) -> None:
    wechat.sim.account = structs.replace(wechat.sim.account, app_id="wxanotheraccount1")
    request = requested(wechat, pushed(wechat))
    with pytest.raises(Unverified, match="not for this account"):
        wechat.adapter.verify(request)
    with pytest.raises(Malformed):
        wechat.adapter.parse(request)


async def test_a_former_key_opens_until_it_is_taken_away(wechat: World) -> None:
    old = wechat.sim.account.key
    hook, new = pushed(wechat), "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
    wechat.another(encoding_aes_key=new, encoding_aes_key_before=old).verify(requested(wechat, hook))
    with pytest.raises(Unverified, match="not for this account"):
        wechat.another(encoding_aes_key=new).verify(requested(wechat, hook))


@pytest.mark.parametrize("form", ["xml", "json"])
async def test_what_is_cut_off_is_malformed_at_every_byte(tmp_path: Path, form: str) -> None:
    async with world(tmp_path, form=form, mode="plain") as wechat:
        hook = pushed(wechat)
        whole = hook.body
        for end in range(len(whole)):
            with pytest.raises(Malformed):
                wechat.adapter.parse(requested(wechat, hook, whole[:end]))


BOMB = b'<!DOCTYPE l [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]><xml><Content>&b;</Content></xml>'
ODD = [
    BOMB,
    b"<xml><FromUserName>u</FromUserName></xml>",
    b"<xml><FromUserName>u</FromUserName><CreateTime>x</CreateTime><MsgType>text</MsgType></xml>",
    b"<xml><FromUserName>u</FromUserName><CreateTime>99999999999999</CreateTime><MsgType>text</MsgType></xml>",
    b"<xml><FromUserName>u</FromUserName><CreateTime>-1</CreateTime><MsgType>text</MsgType></xml>",
    b"<xml><FromUserName>u</FromUserName><FromUserName>v</FromUserName><CreateTime>1</CreateTime><MsgType>t</MsgType></xml>",
    b"<xml><FromUserName><x>1</x></FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType></xml>",
    b'{"FromUserName":"u","CreateTime":1,"MsgType":{"a":1}}',
    b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b'{"FromUserName":"' + b"u" * 129 + b'","CreateTime":1,"MsgType":"text"}',
]


@pytest.mark.parametrize("body", ODD, ids=lambda body: repr(body[:60]))
async def test_nonsense_inside_a_good_envelope_is_malformed(wechat: World, body: bytes) -> None:
    sealed = wechat.another(mode="plain")
    with pytest.raises(Malformed):
        sealed.parse(requested(wechat, pushed(wechat), body))


# -- windows, quotas, tokens -------------------------------------------------------------------------------------------


async def test_five_messages_in_48_hours_and_the_sixth_is_a_closed_window(wechat: World) -> None:
    await wechat.sim.says(LEI, "在吗")
    for number in range(5):
        assert await wechat.say(Text(body=f"第{number}条"), id=f"m-{number}") == f"m-{number}"
    with pytest.raises(WindowClosed) as closed:
        await wechat.say(Text(body="第六条"))
    assert closed.value.facts["code"] == 45047
    await wechat.sim.says(LEI, "还在")
    await wechat.clock.advance(timedelta(hours=47, minutes=59))
    await wechat.say(Text(body="来了"))
    await wechat.clock.advance(timedelta(minutes=2))
    with pytest.raises(WindowClosed) as late:
        await wechat.say(Text(body="太晚了"))
    assert late.value.facts["code"] == 45015


async def test_a_menu_opens_three_messages_in_a_minute(wechat: World) -> None:
    await wechat.sim.event(LEI, "CLICK", "menu", EventKey="缴费")
    for _ in range(3):
        await wechat.say(Text(body="好"))
    with pytest.raises(WindowClosed):
        await wechat.say(Text(body="四"))
    await wechat.sim.event(LEI, "SCAN", "scan", EventKey="desk-3")
    await wechat.clock.advance(61)
    with pytest.raises(WindowClosed):
        await wechat.say(Text(body="太晚了"))


async def test_whoever_left_cannot_be_written_to(wechat: World) -> None:
    await wechat.sim.says(LEI, "再见")
    wechat.sim.windows.close(LEI)
    await wechat.sim.event(LEI, "unsubscribe")
    with pytest.raises(WindowClosed):
        await wechat.say(Text(body="等等"))


@pytest.mark.parametrize("how", ["expire", "lose"])
async def test_a_token_that_ends_early_is_fetched_once_more_and_nobody_notices(wechat: World, how: str) -> None:
    await wechat.sim.says(LEI, "在吗")
    await wechat.say(Text(body="一"))
    assert wechat.sim.tokens.asked == 1
    if how == "expire":
        wechat.sim.tokens.expire(wechat.clock.now())
    else:
        wechat.sim.tokens.lose()
    await wechat.say(Text(body="二"))
    assert wechat.sim.tokens.asked == 2
    assert [one.what["text"]["content"] for one in wechat.sim.sent] == ["一", "二"]


async def test_a_refused_token_that_wechat_gives_again_is_replaced_by_force(wechat: World) -> None:
    await wechat.sim.says(LEI, "在吗")
    await wechat.say(Text(body="一"))
    wechat.sim.faults.left, wechat.sim.faults.code = 1, 40001
    await wechat.say(Text(body="二"))
    assert wechat.sim.tokens.asked == 3  # the first, the same again, another by force
    assert len(wechat.sim.tokens.given) == 2


async def test_a_token_is_used_until_it_ends(wechat: World) -> None:
    await wechat.sim.says(LEI, "在吗")
    await wechat.say(Text(body="一"))
    await wechat.clock.advance(timedelta(seconds=6000))
    await wechat.say(Text(body="二"))
    assert wechat.sim.tokens.asked == 1
    await wechat.clock.advance(timedelta(seconds=1200))
    await wechat.say(Text(body="三"))
    assert wechat.sim.tokens.asked == 2


async def test_many_at_once_in_two_processes_fetch_one_token(wechat: World, tmp_path: Path) -> None:
    """wechatpy asks eight times for eight threads; the broker's row lets one ask."""
    vault = Vault(keys.parse("k1:" + "A" * 43 + "="))
    async with open_store(tmp_path / "tokens", [TOKENS]) as store:
        brokers = [InboxTokens(Tokens(store, vault, wechat.clock), INBOX, "same") for _ in range(2)]
        calls = [wechat.another(broker)._client.token() for broker in brokers for _ in range(8)]
        waiting = asyncio.gather(*calls)
        for _ in range(200):
            await asyncio.sleep(0.005)
            await wechat.clock.advance(0.2)
            if waiting.done():
                break
        assert len(set(await waiting)) == 1
    assert wechat.sim.tokens.asked == 1


@pytest.mark.parametrize(
    ("change", "says"), [({"app_secret": "wrong-secret"}, "app_secret"), ({"app_id": "wx99999999"}, "app_id")]
)
async def test_wrong_keys_break_the_channel_with_the_setting_named(
    wechat: World, change: dict[str, Any], says: str
) -> None:
    with pytest.raises(ChannelBroken) as broken:
        await wechat.another(**change)._client.token()
    assert f"`{says}`" in broken.value.hint


async def test_an_address_that_is_not_allowed_breaks_the_channel_with_where_to_enter_it(wechat: World) -> None:
    wechat.sim.allowed = False
    with pytest.raises(ChannelBroken) as broken:
        await wechat.say(Text(body="一"))
    assert "白名单" in broken.value.hint
    steps = await wechat.adapter.probe()
    assert [(step.name, step.ok) for step in steps] == [("token", False)]
    assert steps[0].hint == broken.value.hint
    wechat.sim.allowed = True
    assert [(step.name, step.ok, step.detail) for step in await wechat.adapter.probe()] == [
        ("token", True, ""), ("api", True, "2 addresses"),
    ]  # fmt: skip


async def test_a_days_calls_used_up_wait_for_midnight_in_china(wechat: World) -> None:
    await wechat.sim.says(LEI, "在吗")
    wechat.sim.calls.most = 1
    await wechat.say(Text(body="一"))
    with pytest.raises(TryLater) as later:
        await wechat.say(Text(body="二"))
    assert later.value.after == timedelta(hours=7)  # 09:00 UTC is 17:00 in China
    wechat.sim.calls.most = 100
    assert await wechat.adapter.figures() == {"calls_left": "99", "calls_used": "1", "calls_a_day": "100"}


async def test_a_provider_with_a_fault_is_asked_again_later(wechat: World) -> None:
    await wechat.sim.says(LEI, "在吗")
    await wechat.adapter._client.token()
    wechat.sim.faults.left, wechat.sim.faults.status = 1, 500
    with pytest.raises(TryLater):
        await wechat.say(Text(body="一"))
    assert await wechat.say(Text(body="一")) == "m-1"


async def test_a_message_that_is_not_answered_in_time_may_have_left(wechat: World) -> None:
    await wechat.sim.says(LEI, "在吗")
    await wechat.adapter._client.token()
    wechat.adapter._client.patience = 0.1
    wechat.sim.faults.left, wechat.sim.faults.silent = 1, True
    with pytest.raises(OutcomeUnknown):
        await wechat.say(Text(body="一"))
    wechat.sim.faults.left = 1
    with pytest.raises(TryLater):
        await wechat.adapter.templates()  # nothing happens when a list is not answered


# -- files, cards, templates -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "data", "type_", "part"),
    [("image", PNG, "image/png", Image), ("voice", AMR, "audio/amr", Audio), ("video", MP4, "video/mp4", Video)],
)
async def test_a_file_is_named_first_and_fetched_afterwards(
    wechat: World, kind: str, data: bytes, type_: str, part: type
) -> None:
    await wechat.sim.file(LEI, kind, data, type_, Format="amr")
    (said,) = await wechat.hub.stored(LEI)
    assert isinstance(said, Said)
    (remote,) = said.parts
    assert isinstance(remote, Remote)
    fetched = await wechat.adapter.media(remote)
    assert isinstance(fetched, part)
    assert (await wechat.files.read(fetched.blob), fetched.media_type) == (data, type_)


async def test_a_file_is_gone_after_three_days(wechat: World) -> None:
    remote = Remote(kind="image", ref=wechat.sim.keep("x.png", "image/png", PNG))
    await wechat.clock.advance(timedelta(days=3, seconds=1))
    with pytest.raises(Refused, match="no longer has the file"):
        await wechat.adapter.media(remote)


async def test_a_picture_whose_id_is_over_is_fetched_from_its_address(wechat: World) -> None:
    id = wechat.sim.keep("x.png", "image/png", PNG)
    token = await wechat.adapter._client.token()
    address = f"{wechat.sim.url}/cgi-bin/media/get?media_id={id}&access_token={token}"
    fetched = await wechat.adapter.media(Remote(kind="image", ref=f"gone {address}"))
    assert await wechat.files.read(fetched.blob) == PNG


async def test_pictures_voices_and_films_reach_the_customer(wechat: World) -> None:
    await wechat.sim.says(LEI, "在吗")
    for name in ("picture.png", "voice.amr", "film.mp4"):
        await wechat.say(wechat.files.put((FILES / name).read_bytes(), name=name))
    assert [one.type for one in wechat.sim.sent] == ["image", "voice", "video"]
    assert wechat.sim.files[wechat.sim.sent[0].what["image"]["media_id"]].data == PNG
    sent = json.dumps(wechat.sim.sent[2].what["video"])
    assert "thumb_media_id" in sent


@pytest.mark.parametrize(
    "part",
    [
        Audio(blob="0" * 64, name="x.amr", media_type="audio/amr", size=100, seconds=61),
        Audio(blob="0" * 64, name="x.mp3", media_type="audio/mpeg", size=2 * 1024 * 1024 + 1),
        Image(blob="0" * 64, name="x.webp", media_type="image/webp", size=100),
        Text(body="字" * 683),
        Choices(body="字" * 683, choices=(Choice(label="a", value="a"),)),
    ],
    ids=["long voice", "large voice", "odd picture", "long text", "long question"],
)
async def test_what_wechat_would_refuse_never_leaves(wechat: World, part: Text) -> None:
    await wechat.sim.says(LEI, "在吗")
    before = wechat.sim.calls.made.total()
    with pytest.raises(Unsupported):
        await wechat.say(part)
    assert wechat.sim.calls.made.total() == before


async def test_a_text_of_exactly_2048_bytes_is_taken(wechat: World) -> None:
    await wechat.sim.says(LEI, "在吗")
    await wechat.say(Text(body="字" * 682 + "ab"))
    assert len(wechat.sim.sent) == 1


async def test_a_tapped_answer_comes_back_in_words_and_opens_a_minute_only(wechat: World) -> None:
    await wechat.sim.says(LEI, "在吗")
    await wechat.say(
        Choices(body="满意吗？", choices=(Choice(label="满意", value="5"), Choice(label="不满意", value="1")))
    )
    assert [item["id"] for item in wechat.sim.sent[0].what["msgmenu"]["list"]] == ["5", "1"]
    await wechat.sim.choose(LEI, "5")
    said = (await wechat.hub.stored(LEI))[-1]
    assert isinstance(said, Said)
    assert (said.parts, said.window) == ((Text(body="满意"),), "menu")


async def test_a_template_needs_no_window_and_its_result_comes_back(wechat: World) -> None:
    cards = await wechat.adapter.templates()
    assert [(card.id, card.variables) for card in cards] == [
        ("T-REPAIR", ("first", "keyword1", "keyword2")), ("notice:N-WATER", ("thing1", "time2")),
    ]  # fmt: skip
    assert cards[0].body == "{first}\n地址：{keyword1}\n时间：{keyword2}"
    ids = [
        await wechat.say(
            Template(template=card.id, variables=dict.fromkeys(card.variables, "竹溪巷")), id=f"m-{card.id}"
        )
        for card in cards
    ]
    await wechat.sim.settled()
    receipts = [one for one in await wechat.hub.stored(LEI) if isinstance(one, Receipt)]
    assert [(one.message, one.status) for one in receipts] == [(id, Status.DELIVERED) for id in ids]


async def test_a_template_that_is_sent_twice_arrives_once(wechat: World) -> None:
    template = Template(template="T-REPAIR", variables={"first": "x"})
    assert await wechat.say(template, id="m-7") == await wechat.say(template, id="m-7")
    assert len(wechat.sim.sent) == 1


async def test_a_template_that_is_unknown_is_refused(wechat: World) -> None:
    with pytest.raises(Refused, match="no such template"):
        await wechat.say(Template(template="T-NONE"))


async def test_somebody_typing_is_shown_once_in_fifteen_seconds(wechat: World) -> None:
    message = (await wechat.sim.says(LEI, "在吗"), wechat.sim.words(LEI, "text"))[1]
    assert message["FromUserName"] == LEI
    to = (await wechat.hub.stored(LEI))[0].sender
    for _ in range(3):
        await wechat.adapter.typing(to, on=True)
    await wechat.adapter.typing(to, on=False)
    path = "/cgi-bin/message/custom/typing"
    assert wechat.sim.calls.made[path] == 1
    await wechat.clock.advance(15)
    await wechat.adapter.typing(to, on=True)
    assert wechat.sim.calls.made[path] == 2
    await wechat.clock.advance(60)
    await wechat.adapter.typing(to, on=True)  # refused: too long since the customer wrote; nobody is told
    assert wechat.sim.calls.made[path] == 3


async def test_a_card_shows_its_picture_or_ours(wechat: World) -> None:
    await wechat.sim.says(LEI, "在吗")
    page = Card(kind="miniprogram", app="wx1", page="pages/a", title="报修", image=f"{wechat.sim.url}/none.png")
    await wechat.say(page)
    shown = wechat.sim.sent[0].what["miniprogrampage"]
    assert wechat.sim.files[shown["thumb_media_id"]].type == "image/jpeg"
    assert (shown["appid"], shown["pagepath"]) == ("wx1", "pages/a")


# -- the account -------------------------------------------------------------------------------------------------------


async def test_codes_tags_and_remarks(wechat: World) -> None:
    assert isinstance(wechat.adapter, OfficialAccount)
    account = wechat.adapter.account
    code = await account.create_code("desk-3", seconds=3600)
    assert wechat.sim.office.codes[code.ticket]["action_name"] == "QR_STR_SCENE"
    assert code.picture.endswith(f"ticket={code.ticket}")
    await account.create_code("desk-4")
    tag = await account.create_tag("报修")
    users = [f"o{number}" for number in range(120)]
    await account.tag(tag.id, users)
    assert wechat.sim.calls.made["/cgi-bin/tags/members/batchtagging"] == 3
    await account.untag(tag.id, users[1:])
    assert [(one.name, one.count) for one in await account.tags()] == [("报修", 1)]
    await account.set_remark("o0", "竹溪巷 3 号")
    told = await account.follower("o0")
    assert (told.remark, told.tags, told.union, told.language) == ("竹溪巷 3 号", [tag.id], "union-o0", "zh_CN")


@pytest.mark.parametrize(("scene", "seconds"), [("", None), ("x" * 65, None), ("x", 0), ("x", 2_592_001)])
async def test_a_code_that_wechat_would_refuse_is_invalid(wechat: World, scene: str, seconds: int | None) -> None:
    assert isinstance(wechat.adapter, OfficialAccount)
    with pytest.raises(Invalid):
        await wechat.adapter.account.create_code(scene, seconds=seconds)
    assert wechat.sim.calls.made.total() == 0


async def test_no_secret_is_in_what_goes_wrong(wechat: World) -> None:
    await wechat.adapter._client.token()
    token = wechat.sim.tokens.given[-1].value
    wechat.sim.account = structs.replace(wechat.sim.account, app_secret="changed-at-wechat")
    wechat.sim.tokens.lose()
    with pytest.raises(ChannelBroken) as broken:
        await wechat.say(Text(body="一"))
    told = [str(broken.value), repr(broken.value.__context__), repr(vars(wechat.adapter)), repr(wechat.adapter._client)]
    told.append(repr(vars(wechat.adapter._client)))
    assert isinstance(wechat.adapter._client, Client)
    secrets = (token, "changed-at-wechat", *(str(wechat.setup.settings[name]) for name in ("app_secret", "token")))
    assert [secret for secret in secrets if any(secret in text for text in told)] == []
