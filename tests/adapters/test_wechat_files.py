"""Files, cards, menus and templates of an Official Account, to the customer and back; codes, tags and remarks."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from adapters.wechat.adapter import OfficialAccount
from adapters.weixin.client import Client
from hub.errors import (
    ChannelBroken,
    Invalid,
    Refused,
    Unsupported,
)
from hub.model import (
    Audio,
    Card,
    Choice,
    Choices,
    Image,
    Receipt,
    Remote,
    Said,
    Status,
    Template,
    Text,
    Video,
)
from tests.adapters.contract.kit import FILES
from tests.adapters.weixin.world import LEI, World, world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


PNG, AMR, MP4 = ((FILES / name).read_bytes() for name in ("picture.png", "voice.amr", "film.mp4"))


@pytest.fixture
async def wechat(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


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
