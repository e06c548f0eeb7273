"""What comes in from WeChat customer service: the bell and its envelope, pages and their traps, every kind of item."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession
from msgspec import structs

from adapters.wechat_kf.callback import Callback
from adapters.weixin import envelope
from hub.errors import ChannelBroken, Malformed, TryLater, Unverified
from hub.model import Bell, Inbound, Said, Text
from tests.adapters.small_hub import INBOX
from tests.adapters.wechat_kf_world import LEI, World, world, world_in
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["world"]
CORP, TOKEN, KEY = "wx5823bf96d3bd56c7", "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
SEALED = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3"
    "TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gs"
    "ijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUa"
    "x5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIG"
    "HBZZIs2pDBS8R07+qN+E7Q=="
)
"""WeCom's own sample: https://developer.work.weixin.qq.com/document/path/90968 and its sample libraries."""


def sample(corp: str = CORP) -> Callback:
    """The company of WeCom's sample."""
    return Callback(corp=corp, account="wk1", inbox=INBOX, keys=(KEY, ""), tolerance=60)


def test_wecoms_own_sample_of_a_call_opens() -> None:
    body = f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><Encrypt><![CDATA[{SEALED}]]></Encrypt></xml>".encode()
    query = {"msg_signature": "477715d11cdb4164915debcba66cb864d751f3e6", "timestamp": "1409659813",
             "nonce": "1372623149"}  # fmt: skip
    at = datetime.fromtimestamp(1409659813, UTC)
    sample().check(query, body, TOKEN, at=at)
    assert sample().read(body) == []  # it is a text for an app, and no bell
    assert b"<Content><![CDATA[hello]]></Content>" in envelope.Seal((KEY,), CORP).open(SEALED)
    with pytest.raises(Unverified):
        sample("wx0000000000000000").read(body)
    with pytest.raises(Unverified):
        sample().check(query, body, TOKEN, at=at + timedelta(seconds=61))


def test_wecoms_own_sample_of_a_check_of_the_address() -> None:
    query = {"msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "timestamp": "1409659589",
             "nonce": "263014780", "echostr": "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8Tg"
             "AE7OaBO+FZXvnaqQ=="}  # fmt: skip
    at = datetime.fromtimestamp(1409659589, UTC)
    assert sample().echo(query, TOKEN, at=at) == b"1616140317555161061"
    with pytest.raises(Unverified):
        sample().echo({**query, "nonce": "263014781"}, TOKEN, at=at)


async def test_wecom_checks_the_address_and_hears_its_word(world: World) -> None:
    called = await world.sim.check()
    assert (called.status, len(called.body)) == (200, 16)
    world.sim.callback_token = "Another"
    assert (await world.sim.check()).status == 401


async def test_a_message_rings_is_fetched_and_has_its_writer(world: World) -> None:
    called = await world.sim.says(LEI, "家里停水了 😢")
    assert (called.status, called.body, called.tries) == (200, b"", 1)
    (said,) = await world.seen()
    assert isinstance(said, Said)
    assert (said.parts, said.window, said.sent_at) == ((Text(body="家里停水了 😢"),), "message", world.clock.now())
    assert (said.who.name, said.who.attributes, said.who.verified) == (
        f"微信用户 {LEI}", {"unionid": f"union-{LEI}"}, ("unionid",),
    )  # fmt: skip
    assert json.loads(said.raw)["msgid"] == said.provider_id


async def test_a_bell_that_is_repeated_rings_once(world: World) -> None:
    world.hub.refusing = 2
    called = await world.sim.says(LEI, "一")
    assert (called.status, called.tries, world.hub.known) == (200, 3, 2)
    assert len(await world.bells()) == 1
    assert len(await world.seen()) == 1


async def test_the_clock_of_the_provider_may_differ_a_little(world: World) -> None:
    for skew, status in ((590, 200), (-590, 200), (610, 401), (-610, 401)):
        world.sim.faults.clock_skew = skew
        assert (await world.sim.says(LEI, str(skew))).status == status
    assert len(await world.seen()) == 4  # what did not ring is fetched with what did


async def test_another_company_and_another_account_are_not_ours(world: World) -> None:
    async with ClientSession() as http:
        for hook, status in (
            (world.sim.bell("<OpenKfId>wkOther</OpenKfId><Token>t</Token>"), 200),
            (world.sim.bell("<Token>t</Token>", corp="wwOther"), 400),
        ):
            answer = await http.post(hook.url, data=hook.body)
            assert answer.status == status
    assert await world.bells() == []


@pytest.mark.parametrize("body", [
    b"<xml><Encrypt>AAAA</Encrypt>", b"<xml><ToUserName>x</ToUserName></xml>", b"<xml><Encrypt/></xml>", b"{}",
    b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>',
])  # fmt: skip
def test_what_is_no_envelope_is_malformed_and_never_verified(body: bytes) -> None:
    query = {"msg_signature": "0" * 40, "timestamp": "1409659813", "nonce": "1"}
    with pytest.raises(Malformed):
        sample().read(body)
    with pytest.raises(Unverified):
        sample().check(query, body, TOKEN, at=datetime.fromtimestamp(1409659813, UTC))


async def test_an_empty_page_is_not_the_end_and_pages_are_read_to_their_end(tmp_path: Path) -> None:
    async with world_in(tmp_path, page=2, trap=True) as world:
        world.sim.muted = True
        for number in range(5):
            await world.sim.says(LEI, str(number))
        world.sim.muted = False
        await world.sim.ring()
        said = [one.parts for one in await world.seen() if isinstance(one, Said)]
        assert said == [(Text(body=str(number)),) for number in range(5)]
        assert world.sim.calls.count("kf/sync_msg") == 6  # an empty page before each of three
        await world.sim.ring()
        await world.fetch()
        assert world.sim.calls.count("kf/sync_msg") == 7  # from where we stood: nothing new
        assert world.hub.known == 0


async def test_a_provider_that_never_gets_anywhere_is_asked_later(world: World) -> None:
    await world.sim.says(LEI, "一")
    world.sim.desk.stuck = True
    (bell,) = await world.bells()
    with pytest.raises(TryLater):
        await world.adapter.pull(bell, world.hub.accept)
    assert world.sim.calls.count("kf/sync_msg") == 1
    world.sim.desk.stuck = False
    assert len(await world.seen()) == 1


async def test_voices_are_asked_for_in_the_format_that_is_set(world: World) -> None:
    await world.sim.says(LEI, "一")
    await world.fetch()
    assert world.sim.desk.voice_format == 0
    world.adapter = world.built(voice_format="silk")
    await world.sim.says(LEI, "二")
    await world.fetch()
    assert world.sim.desk.voice_format == 1


async def test_a_lost_cursor_begins_at_the_beginning_and_stores_nothing_twice(world: World) -> None:
    await world.sim.says(LEI, "一")
    await world.fetch()
    world.marks.kept.pop("cursor")
    await world.sim.says(LEI, "二")
    assert len(await world.seen()) == 2
    assert world.hub.known == 1
    world.sim.desk.forget_cursors()  # and one that the provider takes no more
    await world.sim.says(LEI, "三")
    assert len(await world.seen()) == 3


async def test_what_is_older_than_three_days_is_gone(world: World) -> None:
    world.sim.muted = True
    await world.sim.says(LEI, "很早")
    await world.clock.advance(timedelta(days=3, seconds=1))
    await world.sim.says(LEI, "现在")
    world.sim.muted = False
    await world.sim.ring()
    assert [one.parts for one in await world.seen() if isinstance(one, Said)] == [(Text(body="现在"),)]


async def test_a_bell_answered_late_is_answered_without_its_token(world: World) -> None:
    await world.sim.says(LEI, "一")
    await world.clock.advance(timedelta(minutes=11))
    assert len(await world.seen()) == 1
    assert world.sim.calls.count("kf/sync_msg") == 2  # the empty page and the full one: the token was not even tried
    (bell,) = await world.bells()
    await world.sim.says(LEI, "二")
    young = structs.replace(bell, sent_at=world.clock.now())  # and one whose token ends sooner than told
    await world.adapter.pull(young, world.hub.accept)
    assert len(await world.hub.stored(LEI)) == 2


async def test_pulls_without_a_bell_are_limited_and_wait(world: World) -> None:
    bell = Bell(inbox=INBOX, provider_id="b", sender=(await make(world)).sender, sent_at=world.clock.now(), source="wk")
    for _ in range(10):
        await world.adapter.pull(bell, world.hub.accept)
    with pytest.raises(TryLater) as later:
        await world.adapter.pull(bell, world.hub.accept)
    assert later.value.after == timedelta(seconds=60)


async def make(world: World) -> Inbound:
    """Something that came in."""
    await world.sim.says(LEI, "在吗")
    return (await world.seen())[0]


async def test_nobody_rang_so_we_ring_ourselves(world: World) -> None:
    world.sim.muted = True
    await world.sim.says(LEI, "没有铃声")
    listening = asyncio.create_task(world.adapter.listen(world.hub.accept))
    try:
        await until(world.bells)
        assert len(await world.seen()) == 1
        await world.clock.advance(299)
        assert len(await world.bells()) == 1
        await world.clock.advance(1)
        await until(lambda: rang(world, 2))
        world.sim.muted = False
        await world.sim.says(LEI, "有铃声")
        await world.fetch()
        await world.clock.advance(299)  # somebody pulled since: one second is missing
        assert len(await world.bells()) == 3
    finally:
        listening.cancel()


async def rang(world: World, often: int) -> bool:
    """Whether so many bells rang."""
    return len(await world.bells()) == often


async def test_a_token_that_ended_is_fetched_once_more_for_everybody(world: World) -> None:
    await world.sim.says(LEI, "一")
    await world.fetch()
    world.sim.expire()
    await world.sim.says(LEI, "二")
    assert len(await world.seen()) == 2
    assert world.tokens.fetched == 2
    await world.clock.advance(timedelta(hours=2))
    await world.sim.says(LEI, "三")
    assert len(await world.seen()) == 3
    assert world.tokens.fetched == 3


async def test_a_wrong_secret_breaks_the_channel_and_names_the_setting(world: World) -> None:
    await world.sim.says(LEI, "一")
    broken = world.built(app_secret="wrong-secret")
    (bell,) = await world.bells()
    with pytest.raises(ChannelBroken) as refused:
        await broken.pull(bell, world.hub.accept)
    assert "app_secret" in refused.value.hint
    assert "wrong-secret" not in f"{refused.value!r} {refused.value}"


async def test_a_profile_that_cannot_be_had_holds_up_no_message(world: World) -> None:
    world.sim.refusing["kf/customer/batchget"] = 48002
    await world.sim.says(LEI, "一")
    await world.sim.says(LEI, "二")
    assert [one.who.name for one in await world.seen() if isinstance(one, Said)] == ["", ""]
    world.sim.refusing.clear()
    await world.sim.says(LEI, "三")
    assert [one.who.name for one in await world.seen() if isinstance(one, Said)][2:] == [f"微信用户 {LEI}"]


async def test_profiles_are_asked_for_once_a_day_and_in_batches(world: World) -> None:
    world.sim.muted = True
    users = [f"wm{number:03}" for number in range(120)]
    for user in users:
        await world.sim.says(user, "在吗")
    world.sim.muted = False
    await world.sim.ring()
    await world.fetch()
    assert world.sim.calls.count("kf/customer/batchget") == 2
    await world.sim.says(users[0], "又来了")
    await world.fetch()
    assert world.sim.calls.count("kf/customer/batchget") == 2
    await world.clock.advance(timedelta(days=1))
    await world.sim.says(users[0], "第二天")
    await world.fetch()
    assert world.sim.calls.count("kf/customer/batchget") == 3


async def test_a_session_is_taken_when_the_customer_writes_and_left_alone_when_a_colleague_has_it(world: World) -> None:
    await world.sim.says(LEI, "一")
    await world.fetch()
    assert world.sim.desk.people[LEI].state == 1
    calls = world.sim.calls.count("kf/service_state/get")
    await world.sim.says(LEI, "二")
    await world.fetch()
    assert world.sim.calls.count("kf/service_state/get") == calls  # known to be ours
    await world.sim.commands()["colleague"]([LEI, "lisi"])
    await world.sim.says(LEI, "三")
    await world.fetch()
    assert (world.sim.desk.people[LEI].state, world.sim.desk.people[LEI].servicer) == (3, "lisi")
    await world.sim.commands()["end"]([LEI])
    await world.sim.says(LEI, "四")
    await world.fetch()
    assert world.sim.desk.people[LEI].state == 1


async def test_sessions_are_left_alone_when_nobody_wants_them(world: World) -> None:
    world.adapter = world.built(claim=False)
    await world.sim.says(LEI, "一")
    await world.fetch()
    assert world.sim.desk.people[LEI].state == 0
