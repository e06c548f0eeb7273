"""Weibo against its simulator: signed pushes and their retries, windows, tokens, limits, files, and what is refused."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession, ClientTimeout
from msgspec import structs

from adapters.contract import Request
from adapters.registry import find
from adapters.setup import Setup
from adapters.simulators.weibo import Weibo, id_of
from adapters.weibo import push, signature
from hub.errors import ChannelBroken, Malformed, OutcomeUnknown, Refused, TryLater, Unverified, WindowClosed
from hub.model import Address, Card, Location, Notice, Outbound, Part, Remote, Said, Signal, Text
from tests.adapters.contract.lent import Files
from tests.adapters.small_hub import INBOX, SmallHub, small_hub
from tests.clocks import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from adapters.contract import Adapter

UID = "1902538057"
LEI = "2489518277"
REGISTRY = find(installed=False)


class World:
    """Weibo, the hub's door, and the adapter between them."""

    def __init__(self, weibo: Weibo, hub: SmallHub, adapter: Adapter, clock: FakeClock, files: Files) -> None:
        self.weibo, self.hub, self.adapter, self.clock, self.files = weibo, hub, adapter, clock, files

    async def say(self, part: Part, *, to: str = LEI, id: str = "m-1") -> str:
        """Send one part."""
        message = Outbound(id=id, inbox=INBOX, to=Address(channel="weibo", user=to), parts=(part,), conversation="c",
                           seq=1)  # fmt: skip
        return await self.adapter.send(message)


async def quietly(topic: str, payload: bytes) -> None:
    """Nobody listens."""


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with made(tmp_path) as world:
        yield world


@asynccontextmanager
async def made(folder: Path, **changed: Any) -> AsyncIterator[World]:
    clock, files = FakeClock(), Files()
    weibo = Weibo(tell=lambda line: None, clock=clock, uid=UID, calls=5)
    weibo.pause = 0  # type: ignore[misc]  # no time passes between two tries
    async with small_hub(folder, clock) as hub, weibo.running(), ClientSession(timeout=ClientTimeout(total=5)) as http:
        weibo.hook = hub.hook
        setup = Setup(inbox=INBOX, settings={**weibo.settings(), **changed}, http=http, push=quietly, files=files,
                      clock=clock)  # fmt: skip
        hub.adapter = REGISTRY.build("weibo", setup)
        yield World(weibo, hub, hub.adapter, clock, files)


def test_the_manuals_own_vector() -> None:
    assert signature.sign("xyz123xyz", "1397022061823", "57155157") == "90e4c22c90a58f26526c2dd5b6c56c8822edeaa1"


def test_a_date_is_read_in_any_language() -> None:
    assert push.when("Mon Jul 16 18:09:20 +0800 2012") == datetime(2012, 7, 16, 10, 9, 20, tzinfo=UTC)
    assert push.when("Sun Feb 01 00:30:00 -0330 2026") == datetime(2026, 2, 1, 4, 0, tzinfo=UTC)


async def test_weibo_checks_the_address_and_hears_its_word(world: World) -> None:
    called = await world.weibo.check()
    assert (called.status, len(called.body)) == (200, 16)
    world.weibo.app_secret = "somebody-else"
    assert (await world.weibo.check()).status == 401


async def test_what_people_do_is_stored_and_answered_with_nothing(world: World) -> None:
    called = await world.weibo.says(LEI, "家里停水了 😢")
    assert (called.status, called.body, called.tries) == (200, b"", 1)
    await world.weibo.happens(LEI, "scan_follow", "QR_7")
    said, scanned = await world.hub.stored(LEI)
    assert isinstance(said, Said)
    assert (said.parts, said.window, said.sent_at) == ((Text(body="家里停水了 😢"),), "message", world.clock.now())
    assert isinstance(scanned, Signal)
    assert (scanned.name, scanned.facts, scanned.window) == ("follow", {"key": "QR_7"}, "scan")


async def test_a_retry_is_stored_once_and_two_messages_of_one_second_twice(world: World) -> None:
    world.hub.refusing = 2
    called = await world.weibo.says(LEI, "一")
    assert (called.status, called.tries, world.hub.calls, world.hub.known) == (200, 3, 3, 2)
    await world.weibo.says(LEI, "二")
    assert [one.parts for one in await world.hub.stored(LEI) if isinstance(one, Said)] == [
        (Text(body="一"),), (Text(body="二"),),
    ]  # fmt: skip


async def test_the_clock_of_the_provider_may_differ_a_little(world: World) -> None:
    world.weibo.faults.clock_skew = 590
    assert (await world.weibo.says(LEI, "早")).status == 200
    world.weibo.faults.clock_skew = 610
    assert (await world.weibo.says(LEI, "太早")).status == 401
    world.weibo.faults.clock_skew = -610
    assert (await world.weibo.says(LEI, "太晚")).status == 401
    assert len(await world.hub.stored(LEI)) == 1


async def test_a_replay_is_stored_once_and_refused_once_it_is_old(world: World) -> None:
    url, body = world.weibo.signed(), json.dumps(pushed("text", "重放", {})).encode()
    async with ClientSession() as http:
        for _ in range(2):
            assert (await http.post(url, data=body)).status == 200
        await world.clock.advance(601)
        assert (await http.post(url, data=body)).status == 401
    assert len(await world.hub.stored(LEI)) == 1


async def test_a_push_for_another_account_is_refused_with_a_hint(world: World) -> None:
    body = json.dumps({**pushed("text", "你好", {}), "receiver_id": int(UID) + 1}).encode()
    with pytest.raises(Malformed) as refused:
        world.adapter.parse(asked(body))
    assert "uid" in refused.value.hint
    async with ClientSession() as http:
        assert (await http.post(world.weibo.signed(), data=body)).status == 400


@pytest.mark.parametrize("body", [
    b'{"type":"text","receiver_id":1902538057,"sender_id":-1,"created_at":"Mon Jul 16 18:09:20 +0800 2012"}',
    b'{"type":"text","receiver_id":1902538057,"sender_id":9223372036854775808,'
    b'"created_at":"Mon Jul 16 18:09:20 +0800 2012"}',
    b'{"type":"text","receiver_id":1902538057,"sender_id":1,"created_at":"yesterday"}',
    b'{"type":"text","receiver_id":1902538057,"sender_id":1,"created_at":"Mon Jul 32 18:09:20 +0800 2012"}',
    b'{"type":"event","receiver_id":1902538057,"sender_id":1,"created_at":"Mon Jul 16 18:09:20 +0800 2012","data":[]}',
    b'{"type":"text","receiver_id":1902538057,"sender_id":1,"created_at":"Mon Jul 16 18:09:20 +0800 2012","text":"x',
])  # fmt: skip
def test_what_is_no_push_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        push.read(body, inbox=INBOX, uid=UID)


@pytest.mark.parametrize(("type_", "text", "data"), [
    ("sticker", "[doge]", {"id": 1}), ("image", "", {"vfid": 1}), ("position", "", {"longitude": "x", "latitude": "1"}),
    ("position", "", {"longitude": "181", "latitude": "1"}), ("text", "", {}), ("mention", "@", {}),
])  # fmt: skip
def test_what_is_unknown_is_kept_and_named(type_: str, text: str, data: dict[str, Any]) -> None:
    body = json.dumps(pushed(type_, text, data)).encode()
    (said,) = push.read(body, inbox=INBOX, uid=UID)
    assert isinstance(said, Said)
    assert (said.parts, said.raw) == ((Notice(code="unsupported", facts={"type": type_}),), body)


def test_a_text_longer_than_the_hub_stores_is_cut_and_its_raw_form_is_not() -> None:
    body = json.dumps(pushed("text", "长" * 30_000, {})).encode()
    (said,) = push.read(body, inbox=INBOX, uid=UID)
    assert isinstance(said, Said)
    assert (said.parts, len(said.raw)) == ((Text(body="长" * 20_000),), len(body))


def test_a_number_beyond_floats_stays_exact() -> None:
    body = json.dumps({**pushed("text", "你好", {}), "sender_id": 9007199254740993}).encode()
    (said,) = push.read(body, inbox=INBOX, uid=UID)
    assert said.sender.user == "9007199254740993"


async def test_an_answer_leaves_while_the_window_is_open(world: World) -> None:
    with pytest.raises(WindowClosed):
        await world.say(Text(body="您好"))
    await world.weibo.says(LEI, "在吗")
    assert await world.say(Text(body="100% 在 & 不忙 😀")) == "m-1"
    await world.say(Location(latitude=30.25, longitude=120.16, label="营业厅"))
    await world.say(Card(title="停水公告", url="https://water.example/1?a=b&c=d", image="https://water.example/1.png"))
    assert [(one.to, one.type, one.data) for one in world.weibo.replies] == [
        (LEI, "text", {"text": "100% 在 & 不忙 😀"}),
        (LEI, "position", {"longitude": "120.16", "latitude": "30.25"}),
        (LEI, "articles", {"articles": [{
            "display_name": "停水公告", "summary": "停水公告", "image": "https://water.example/1.png",
            "url": "https://water.example/1?a=b&c=d",
        }]}),
    ]  # fmt: skip
    await world.clock.advance(timedelta(hours=48, seconds=1))
    with pytest.raises(WindowClosed):
        await world.say(Text(body="还在吗"))


async def test_a_mention_allows_one_answer_and_who_left_none(world: World) -> None:
    data = {"subtype": "status", "key": "3469233542525455"}
    await world.weibo.push(LEI, "mention", "@水务 停水了", data)
    (said,) = await world.hub.stored(LEI)
    assert isinstance(said, Said)
    note = Notice(code="mention", facts={"kind": "status", "key": "3469233542525455"})
    assert (said.window, said.parts) == ("mention", (Text(body="@水务 停水了"), note))
    await world.say(Text(body="已知悉"))
    with pytest.raises(WindowClosed):
        await world.say(Text(body="又一条"))
    await world.weibo.says(LEI, "好")
    await world.weibo.happens(LEI, "unfollow")
    with pytest.raises(WindowClosed):
        await world.say(Text(body="再见"))


async def test_the_manifest_has_weibos_windows(world: World) -> None:
    rules = {opened: (rule.seconds, rule.messages) for rule in REGISTRY.manifest("weibo").windows
             for opened in rule.opened_by}  # fmt: skip
    assert {seconds for seconds, _ in rules.values()} == {48 * 3600}
    assert {opened for opened, (_, left) in rules.items() if left == 1} == {"mention"}
    opening = {window for _, window in push.EVENTS.values() if window} | {"message", "mention"}
    assert opening == set(rules)


async def test_a_token_that_ended_stops_the_inbox_and_says_which_setting(world: World) -> None:
    await world.weibo.says(LEI, "在吗")
    world.weibo.token_until = world.clock.now()
    with pytest.raises(ChannelBroken) as broken:
        await world.say(Text(body="您好"))
    assert "access_token" in broken.value.hint
    assert "simulated-weibo-token" not in f"{broken.value!r} {broken.value}"
    (step,) = await world.adapter.probe()
    assert (step.ok, "access_token" in step.hint) == (False, True)


async def test_too_many_answers_in_an_hour_wait(world: World) -> None:
    await world.weibo.says(LEI, "在吗")
    for _ in range(5):
        await world.say(Text(body="您好"))
    with pytest.raises(TryLater) as later:
        await world.say(Text(body="您好"))
    assert later.value.after == timedelta(minutes=5)
    await world.clock.advance(3601)
    await world.say(Text(body="您好"))


@pytest.mark.parametrize(("code", "error"), [
    (10001, TryLater), (10009, TryLater), (10011, TryLater), (10022, TryLater), (10024, TryLater),
    (10005, ChannelBroken), (10014, ChannelBroken), (21301, ChannelBroken), (21332, ChannelBroken),
    (10008, Refused), (10016, Refused), (20012, Refused), (20019, Refused), (29999, Refused), (20301, WindowClosed),
])  # fmt: skip
async def test_each_code_says_what_to_do(world: World, code: int, error: type[Exception]) -> None:
    world.weibo.faults.left, world.weibo.faults.code = 1, code
    with pytest.raises(error) as failed:
        await world.say(Text(body="您好"))
    assert type(failed.value) is error


async def test_silence_is_an_unknown_outcome_and_an_answer_without_result_a_refusal(world: World) -> None:
    world.weibo.faults.left, world.weibo.faults.silent = 1, True
    impatient = REGISTRY.build(
        "weibo", structs.replace(setup_of(world), http=ClientSession(timeout=ClientTimeout(0.2)))
    )
    message = Outbound(id="m", inbox=INBOX, to=Address(channel="weibo", user=LEI), parts=(Text(body="x"),),
                       conversation="c", seq=1)  # fmt: skip
    try:
        with pytest.raises(OutcomeUnknown):
            await impatient.send(message)
    finally:
        await setup_of_adapter(impatient).http.close()


async def test_pictures_and_voices_are_fetched_and_kept(world: World) -> None:
    await world.weibo.shows(LEI, "image", b"\x89PNG picture")
    (said,) = await world.hub.stored(LEI)
    assert isinstance(said, Said)
    (remote,) = said.parts
    assert isinstance(remote, Remote)
    kept = await world.adapter.media(remote)
    assert (kept.name, list(world.files.kept.values())) == (f"{remote.ref}.jpg", [b"\x89PNG picture"])
    with pytest.raises(Refused):
        await world.adapter.media(Remote(kind="audio", ref="17"))
    world.weibo.faults.left, world.weibo.faults.status = 1, 503
    with pytest.raises(TryLater):
        await world.adapter.media(remote)


async def test_the_connection_test_names_the_wrong_account(world: World) -> None:
    token, account = await world.adapter.probe()
    assert (token.ok, token.detail, account.ok) == (True, "30 days, 0:00:00 left", True)
    assert await world.adapter.figures() == {"token_expires": "2026-12-20T09:00+00:00"}
    other = REGISTRY.build("weibo", setup_of(world).with_settings(uid="5"))
    _, account = await other.probe()
    assert (account.ok, "uid" in account.hint) == (False, True)


async def test_the_terminal_speaks_every_word(world: World, tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(b"\x89PNG")
    lines = [["image", "lei", str(tmp_path / "x.png")], ["voice", "lei", str(tmp_path / "x.png")],
             ["place", "lei", "120.1", "30.2"], ["mention", "lei", "@水务", "停水"], ["event", "lei", "click", "K1"],
             ["check"]]  # fmt: skip
    words = world.weibo.commands()
    for name, *rest in lines:
        assert await words[name](rest) == "hub answered 200"
    assert len(await world.hub.stored(str(id_of("lei")))) == 5
    assert "ended" in await words["token"]([])


def test_an_unsigned_call_is_refused() -> None:
    adapter = REGISTRY.build("weibo", Setup(inbox=INBOX, settings={"uid": UID, "app_secret": "s" * 16,
                                                                   "access_token": "t" * 16},
                                            http=None, push=quietly))  # type: ignore[arg-type]  # fmt: skip
    for query in ({}, {"signature": "x", "timestamp": "1", "nonce": "1"}, {"signature": "é", "timestamp": "9" * 40,
                                                                           "nonce": "1"}):  # fmt: skip
        with pytest.raises(Unverified):
            adapter.challenge(structs.replace(asked(b""), method="GET", query=query))


def pushed(type_: str, text: str, data: dict[str, Any]) -> dict[str, Any]:
    """A push as Weibo makes it."""
    return {"type": type_, "receiver_id": int(UID), "sender_id": int(LEI), "text": text, "data": data,
            "created_at": "Mon Jul 16 18:09:20 +0800 2012"}  # fmt: skip


def asked(body: bytes) -> Request:
    """A request with this body."""
    return Request(method="POST", url="https://hub.example/hooks/inbox-1", query={}, headers={}, body=body,
                   at=FakeClock().now())  # fmt: skip


def setup_of(world: World) -> Setup:
    """What the world's adapter was built from."""
    return setup_of_adapter(world.adapter)


def setup_of_adapter(adapter: Adapter) -> Setup:
    """What an adapter was built from."""
    setup: Setup = vars(adapter)["_setup"]
    return setup
