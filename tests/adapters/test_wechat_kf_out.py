"""What goes out to WeChat customer service: one effect for one message, windows, welcomes, sessions, files, links."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession, ClientTimeout
from msgspec import structs

from adapters.simulators.wechat_kf import build
from adapters.wechat_kf import content, meanings
from adapters.wechat_kf.sending import msgid
from adapters.wechat_kf.sessions import MOVES, State
from hub.errors import ChannelBroken, OutcomeUnknown, Refused, TryLater, Unsupported, WindowClosed
from hub.ids import new_id
from hub.model import Card, Choice, Choices, File, Image, Location, Part, Receipt, Remote, Said, Signal, Text
from tests.adapters.contract.lent import Tokens
from tests.adapters.wechat_kf_world import LEI, REGISTRY, World, message, world

if TYPE_CHECKING:
    from pathlib import Path

    from adapters.lent import Token

__all__ = ["world"]
HELLO = Text(body="您好")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


async def test_five_answers_in_48_hours_and_five_more_when_the_customer_writes_again(world: World) -> None:
    await world.sim.says(LEI, "在吗")
    for number in range(5):
        await world.say(HELLO, id=f"m-{number}")
    with pytest.raises(WindowClosed):
        await world.say(HELLO, id="m-5")
    await world.sim.says(LEI, "还在吗")
    await world.say(HELLO, id="m-6")
    await world.clock.advance(timedelta(hours=48, seconds=1))
    with pytest.raises(WindowClosed):
        await world.say(HELLO, id="m-7")
    assert len(world.sim.desk.got) == 6


async def test_the_same_message_twice_has_one_effect_and_two_successes(world: World) -> None:
    await world.sim.says(LEI, "在吗")
    id = new_id()
    assert await world.say(HELLO, id=id) == await world.say(HELLO, id=id) == id.replace("-", "")
    assert await world.built().send(message(HELLO, id=id)) == id.replace("-", "")
    assert [one.msgid for one in world.sim.desk.got] == [id.replace("-", "")]
    assert world.sim.desk.people[LEI].left == 4
    world.sim.refusing["kf/send_msg"] = 99999  # another code that nobody knows is a refusal
    with pytest.raises(Refused):
        await world.say(HELLO, id=new_id())


@pytest.mark.parametrize(("ours", "theirs"), [
    ("0192f0a1-b2c3-7d4e-8f50-112233445566", "0192f0a1b2c37d4e8f50112233445566"),
    ("message-1", "message-1"),
    ("a" * 33, "0a6c3b1d"),
    ("空", "空"),
])  # fmt: skip
def test_an_id_at_wecom_is_well_formed_and_always_the_same(ours: str, theirs: str) -> None:
    made = msgid(ours)
    assert made == msgid(ours)
    assert made.replace("-", "").replace("_", "").isalnum()
    assert made.isascii()
    assert len(made) <= 32
    assert made == theirs or len(made) == 32


async def test_silence_after_the_message_left_is_mended_by_sending_it_again(world: World) -> None:
    await world.sim.says(LEI, "在吗")
    await world.say(HELLO, id="m-0")
    world.sim.faults.left, world.sim.faults.silent = 1, True
    async with ClientSession(timeout=ClientTimeout(total=0.2)) as http:
        hasty = REGISTRY.build("wechat_kf", structs.replace(world.setup, http=Hasty(http)))
        with pytest.raises(OutcomeUnknown):
            await hasty.send(message(HELLO))
    await world.say(HELLO)
    assert [one.msgid for one in world.sim.desk.got] == ["m-0", "m-1"]
    assert REGISTRY.manifest("wechat_kf").idempotent


class Hasty:
    """A session that waits for nothing, whatever the call allows."""

    def __init__(self, http: ClientSession) -> None:
        self._http = http

    def request(self, *given: Any, timeout: object, **more: Any) -> Any:
        """Call with a short patience."""
        return self._http.request(*given, timeout=ClientTimeout(total=0.2), **more)


async def test_a_token_that_ended_in_mid_conversation_is_renewed_and_the_message_leaves_once(world: World) -> None:
    await world.sim.says(LEI, "在吗")
    await world.say(HELLO)
    world.sim.expire()
    await world.say(HELLO, id="m-2")
    assert (len(world.sim.desk.got), world.tokens.fetched) == (2, 2)


@pytest.mark.parametrize(("code", "error"), [
    (-1, TryLater), (45009, TryLater), (45033, TryLater), (60020, ChannelBroken), (60011, ChannelBroken),
    (48002, ChannelBroken), (48007, ChannelBroken), (95000, ChannelBroken), (95017, ChannelBroken),
    (95001, WindowClosed), (95002, WindowClosed), (95013, WindowClosed), (95024, WindowClosed), (95008, Unsupported),
    (40007, Refused), (40096, Refused), (95014, Refused), (12345, Refused),
])  # fmt: skip
async def test_each_code_says_what_to_do(world: World, code: int, error: type[Exception]) -> None:
    await world.sim.says(LEI, "在吗")
    world.sim.refusing["kf/send_msg"] = code
    with pytest.raises(error) as failed:
        await world.say(HELLO)
    assert type(failed.value) is error
    assert code not in meanings.TABLE or meanings.TABLE[code].says in str(failed.value)


async def test_the_welcome_goes_to_who_has_just_come_in(world: World) -> None:
    await world.sim.enters(LEI, "qr-7", "from=door")
    (entered,) = await world.seen()
    assert isinstance(entered, Signal)
    assert (entered.name, entered.window, entered.who.name) == ("enter", "welcome", f"微信用户 {LEI}")
    assert (entered.facts["scene"], entered.facts["scene_param"]) == ("qr-7", "from=door")
    asked = Choices(body="您好，请选择", choices=(Choice(label="缴费", value="怎么缴费"),))
    await world.say(asked, facts=entered.facts)
    (got,) = world.sim.desk.got
    assert (got.welcome, got.type, got.content["head_content"]) == (True, "msgmenu", "您好，请选择")
    with pytest.raises(WindowClosed):  # it is used, and the customer has not written
        await world.say(HELLO, id="m-2", facts=entered.facts)
    await world.sim.enters(LEI)
    assert "welcome_code" not in (await world.seen())[-1].facts  # type: ignore[union-attr]


async def test_a_welcome_that_is_over_is_not_tried(world: World) -> None:
    await world.sim.enters(LEI)
    (entered,) = await world.seen()
    assert isinstance(entered, Signal)
    await world.clock.advance(20)
    with pytest.raises(WindowClosed):
        await world.say(HELLO, facts=entered.facts)
    assert "kf/send_msg_on_event" not in world.sim.calls
    await world.sim.says(LEI, "在吗")
    await world.say(HELLO, facts=entered.facts)
    assert [one.welcome for one in world.sim.desk.got] == [False]


async def test_a_welcome_with_a_picture_is_an_ordinary_message(world: World) -> None:
    await world.sim.enters(LEI)
    (entered,) = await world.seen()
    assert isinstance(entered, Signal)
    await world.sim.says(LEI, "在吗")
    await world.say(world.files.put(PNG, name="x.png"), facts=entered.facts)
    assert [(one.type, one.welcome) for one in world.sim.desk.got] == [("image", False)]


async def test_the_manifest_has_the_windows(world: World) -> None:
    rules = {opened: (rule.seconds, rule.messages) for rule in REGISTRY.manifest("wechat_kf").windows
             for opened in rule.opened_by}  # fmt: skip
    assert rules == {"message": (48 * 3600, 5), "welcome": (20, 1)}


@pytest.mark.parametrize(("state", "error", "words"), [
    (2, Refused, "queue"), (3, Refused, "colleague"), (4, WindowClosed, "ended"),
])  # fmt: skip
async def test_a_session_that_is_not_ours_refuses_and_says_whose_it_is(
    world: World, state: int, error: type[Exception], words: str
) -> None:
    await world.sim.says(LEI, "在吗")
    world.sim.desk.people[LEI].state, world.sim.desk.people[LEI].servicer = state, "zhangsan"
    with pytest.raises(error, match=words) as refused:
        await world.say(HELLO)
    assert type(refused.value) is error
    assert (state == 3) == ("zhangsan" in str(refused.value))
    assert world.sim.desk.people[LEI].state == state


async def test_a_customer_is_handed_to_wecoms_own_people(world: World) -> None:
    await world.sim.says(LEI, "要人工")
    await world.fetch()
    code = await world.adapter.transfer(LEI)
    assert world.sim.desk.people[LEI].state == State.QUEUED
    await world.adapter.transfer(LEI, servicer="zhangsan")
    assert (await world.adapter.sessions.find(LEI)).servicer_userid == "zhangsan"
    with pytest.raises(Refused, match="cannot go there"):
        await world.adapter.sessions.move(LEI, State.ASSISTANT)
    assert code
    await world.adapter.sessions.move(LEI, State.OVER)
    assert await world.adapter.sessions.find(LEI) == await world.adapter.sessions.find("wmNobody")


def test_the_moves_are_those_of_the_simulated_provider() -> None:
    from adapters.simulators.wechat_kf_rules import MOVES as THEIRS

    assert {int(state): {int(to) for to in moves} for state, moves in MOVES.items()} == THEIRS


async def test_files_go_up_once_and_come_down_whole(world: World) -> None:
    await world.sim.says(LEI, "在吗")
    picture = world.files.put(PNG, name="水表.png")
    await world.say(picture)
    await world.say(picture, id="m-2")
    first, second = world.sim.desk.got
    assert first.content == second.content  # the same id: it was uploaded once
    await world.clock.advance(timedelta(days=2))
    await world.sim.says(LEI, "还在吗")
    await world.say(picture, id="m-3")
    assert world.sim.desk.got[2].content != first.content
    await world.sim.shows(LEI, "file", "报修单.pdf", b"%PDF-1.4 body")
    said = (await world.seen())[-1]
    assert isinstance(said, Said)
    (remote,) = said.parts
    assert isinstance(remote, Remote)
    kept = await world.adapter.media(remote)
    assert (kept.name, world.files.kept[kept.blob]) == ("报修单.pdf", b"%PDF-1.4 body")
    await world.clock.advance(timedelta(days=3, seconds=1))
    with pytest.raises(Refused, match="3 days"):
        await world.adapter.media(remote)


@pytest.mark.parametrize(("media_type", "size", "kind"), [
    ("image/png", 10 << 20, "image"), ("image/png", (10 << 20) + 1, "file"), ("image/gif", 10, "file"),
    ("audio/amr", 2 << 20, "voice"), ("audio/amr", (2 << 20) + 1, "file"), ("audio/mpeg", 10, "file"),
    ("video/mp4", 10 << 20, "video"), ("video/webm", 10, "file"), ("application/pdf", 20 << 20, "file"),
])  # fmt: skip
def test_a_file_goes_out_as_what_wecom_takes_it_for(media_type: str, size: int, kind: str) -> None:
    assert content.kind_of(File(blob="0" * 64, name="x", media_type=media_type, size=size)) == kind


@pytest.mark.parametrize("part", [
    Text(body="字" * 683), Choices(body="字" * 342, choices=(Choice(label="a", value="a"),)),
    Choices(body="x", choices=tuple(Choice(label=str(number), value="v") for number in range(11))),
    Choices(body="x", choices=(Choice(label="字" * 43, value="v"),)),
    Image(blob="0" * 64, name="x.png", media_type="image/png", size=5),
    File(blob="0" * 64, name="x.zip", media_type="application/zip", size=(20 << 20) + 1),
])  # fmt: skip
async def test_what_is_too_long_or_too_large_never_leaves(world: World, part: Part) -> None:
    await world.sim.says(LEI, "在吗")
    world.sim.calls.clear()
    with pytest.raises(Unsupported):
        await world.say(part)
    assert world.sim.calls == []


async def test_what_just_fits_arrives(world: World) -> None:
    await world.sim.says(LEI, "在吗")
    await world.say(Text(body="字" * 682 + "ab"))
    long = Choice(label="字" * 42, value="值" * 21)
    await world.say(
        Choices(body="字" * 341, choices=(long, *(Choice(label=str(n), value="v") for n in range(9)))), id="2"
    )
    await world.say(Location(latitude=30.25, longitude=120.16, label="营业厅"), id="3")
    entry = world.sim.desk.got[1].content["list"][0]["click"]
    assert "id" not in entry  # 65 bytes: only the label comes back
    assert world.sim.desk.got[2].content["name"] == "营业厅"


async def test_a_menu_that_is_pressed_gives_its_words_and_has_a_tail(world: World) -> None:
    await world.sim.says(LEI, "在吗")
    asked = Choices(body="请选择", choices=(Choice(label="缴费", value="怎么缴费"),))
    await world.built(menu_tail="也可以直接打字").send(message(asked))
    (menu,) = world.sim.desk.got
    assert menu.content["tail_content"] == "也可以直接打字"
    entry = menu.content["list"][0]["click"]
    await world.sim.commands()["menu"]([LEI, entry["id"], entry["content"]])
    said = (await world.seen())[-1]
    assert isinstance(said, Said)
    assert said.parts == (Text(body="缴费"),)


async def nothing_to_fetch() -> Token:
    """It is there already."""
    raise AssertionError


async def test_cards_have_a_cover_their_own_when_it_can_be_had(world: World) -> None:
    await world.sim.says(LEI, "在吗")
    await world.fetch()
    id = world.sim.desk.keep("cover.png", PNG)
    token = await world.setup.lent_tokens.get("access_token", nothing_to_fetch)
    image = f"{world.sim.url}/cgi-bin/media/get?access_token={token}&media_id={id}"
    await world.say(Card(title="停水公告" * 20, text="竹溪巷", url="https://water.example/1", image=image))
    await world.say(Card(title="无图", url="https://water.example/2", image=f"{world.sim.url}/no-such-picture"), id="2")
    await world.say(Card(kind="miniprogram", app="wx1", page="p?x=1", title="水费" * 30), id="3")
    link, plain, app = world.sim.desk.got
    assert world.sim.desk.file(link.content["thumb_media_id"])[2] == PNG
    assert world.sim.desk.file(plain.content["thumb_media_id"])[2].startswith(b"\x89PNG")
    assert len(link.content["title"].encode()) <= 128
    assert link.content["title"] == "停水公告" * 10 + "停水"
    assert (app.content["appid"], app.content["pagepath"]) == ("wx1", "p?x=1")


async def test_the_connection_test_lists_the_accounts_when_ours_is_none_of_them(world: World) -> None:
    assert [(step.name, step.ok, step.detail) for step in await world.adapter.probe()] == [
        ("token", True, ""), ("account", True, "水务客服"), ("messages", True, ""),
    ]  # fmt: skip
    *_, account = await world.built(open_kfid="wkWrong").probe()
    assert (account.name, account.ok) == ("account", False)
    assert world.sim.desk.open_kfid in account.hint
    stranger = structs.replace(world.setup, tokens=Tokens(world.clock)).with_settings(app_secret="wrong-secret")
    (token,) = await REGISTRY.build("wechat_kf", stranger).probe()
    assert (token.ok, "app_secret" in token.hint) == (False, True)
    world.sim.refusing["kf/sync_msg"] = 48007
    *_, messages = await world.adapter.probe()
    assert (messages.ok, "app_secret" in messages.hint) == (False, True)


async def test_figures_and_links(world: World) -> None:
    assert await world.adapter.figures() == {"account": "水务客服"}
    await world.sim.says(LEI, "在吗")
    await world.fetch()
    await world.clock.advance(90)
    assert (await world.adapter.figures())["pulled_seconds_ago"] == "90"
    link = await world.adapter.link("door", "from=西门&x=1")
    assert link.endswith("enc_scene=door&scene_param=from%3D%E8%A5%BF%E9%97%A8%26x%3D1")
    with pytest.raises(Unsupported):
        await world.adapter.link("door", "门" * 15)


async def test_an_answer_lost_on_the_way_is_a_receipt_of_that_message(world: World) -> None:
    await world.sim.says(LEI, "在吗")
    sent = await world.say(HELLO, id=new_id())
    await world.sim.commands()["lost"]([LEI, "10"])
    receipt = (await world.seen())[-1]
    assert isinstance(receipt, Receipt)
    assert (receipt.message, receipt.reason) == (sent, "opted_out")


async def test_the_terminal_speaks_every_word(world: World, tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(PNG)
    words, file = world.sim.commands(), str(tmp_path / "x.png")
    lines = [["enter", LEI, "qr"], ["image", LEI, file], ["voice", LEI, file], ["file", LEI, file],
             ["recall", LEI, "m"], ["colleague", LEI], ["end", LEI], ["check"]]  # fmt: skip
    for name, *rest in lines:
        assert await words[name](rest) == "hub answered 200"
    assert len(await world.seen()) == 7
    assert ["muted" in await words["mute"]([]), "rings" in await words["mute"]([])] == [True, True]
    assert "ended" in await words["expire"]([])
    assert build("http://127.0.0.1:1/hooks/x", page="2", trap="0").desk.trap is False
