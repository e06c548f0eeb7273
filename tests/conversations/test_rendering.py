"""What a message becomes on a channel that carries less: simpler parts, several messages, or a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from bots.rendering import meant
from conversations.limits import Limit
from conversations.rendering import LONGEST, numbered, preview, unformatted
from conversations.reply import Reply
from hub.errors import Unsupported
from hub.model import (
    Card,
    Choice,
    Choices,
    File,
    Form,
    FormField,
    Html,
    Image,
    Location,
    Notice,
    Part,
    Template,
    Text,
)
from tests.conversations.channels import SMS, WECHAT, Addresses, heard, of
from tests.conversations.floor import LI, words

if TYPE_CHECKING:
    from tests.conversations.floor import Floor

PICTURE = Image(blob="ab" * 32, name="x.png", media_type="image/png", size=100)
PAPER = File(blob="cd" * 32, name="bill.pdf", media_type="application/pdf", size=100)
WHICH = Choices(body="Which?", choices=(Choice(label="Left", value="l"), Choice(label="Right", value="r")))
PLACE = Location(latitude=31.2304, longitude=121.4737, label="外滩")
PAGE = Card(url="https://shop.example.cn/1", title="A cup", text="Blue")
ALL = Limit(
    carries=frozenset({"text"}), parts=None,
    degrades={
        "choices": "text", "location": "text", "card": "text", "html": "text", "image": "link", "file": "link",
        "template": "text", "form": "text", "notice": "text",
    },
)  # fmt: skip


def said(part: Part, limit: Limit = ALL, language: str = "zh-CN") -> str:
    """The only text that one part becomes."""
    (message,) = preview((part,), limit, language=language, links=Addresses())
    (text,) = message.parts
    assert isinstance(text, Text)
    assert message.degraded == (str(type(part).__struct_config__.tag),)
    return text.body


@pytest.mark.parametrize(
    ("part", "language", "expected"),
    [
        (WHICH, "en", "Which?\n1. Left\n2. Right"),
        (
            PLACE, "zh-CN",
            "外滩\n31.230400,121.473700\nhttps://uri.amap.com/marker?position=121.473700,31.230400"
            "&name=%E5%A4%96%E6%BB%A9&coordinate=wgs84",
        ),
        (
            Location(latitude=-33.9, longitude=18.4), "en",
            "-33.900000,18.400000\nhttps://www.openstreetmap.org/?mlat=-33.900000&mlon=18.400000"
            "#map=16/-33.900000/18.400000",
        ),
        (PAGE, "en", "A cup\nBlue\nhttps://shop.example.cn/1"),
        (Card(kind="miniprogram", app="wx1", page="p", title="Shop"), "en", "Shop"),
        (Html(body="<p>a <b>b</b></p>", text="a b"), "en", "a b"),
        (Html(body="<style>x{}</style><p>a&nbsp;&amp; <b>b</b></p><br><ul><li>c</li></ul>"), "en", "a & b\n\nc"),
        (PICTURE, "en", "x.png https://hub.example.cn/files/abab"),
        (Template(template="T1", body="Your parcel is there"), "en", "Your parcel is there"),
        (Form(name="Order", fields=(FormField(name="n", label="Number"),)), "en", "Order\n1. Number"),
    ],
)  # fmt: skip
def test_each_part_is_said_in_words(part: Part, language: str, expected: str) -> None:
    assert said(part, language=language) == expected


@pytest.mark.parametrize("part", [Notice(code="rate"), Template(template="T1"), Html(body="<img src=x>")])
def test_what_has_no_words_is_refused(part: Part) -> None:
    with pytest.raises(Unsupported) as refused:
        preview((part,), ALL, channel="sms")
    assert refused.value.facts["part"] == type(part).__struct_config__.tag


def test_what_the_manifest_names_no_way_for_is_refused() -> None:
    for part in (WHICH, PLACE, PAGE, PICTURE):
        with pytest.raises(Unsupported):
            preview((part,), Limit(carries=frozenset({"text"})), channel="sms", links=Addresses())


def test_without_addresses_no_file_becomes_one() -> None:
    with pytest.raises(Unsupported):
        preview((PICTURE,), ALL)


def test_a_file_too_large_for_the_channel_becomes_an_address_where_that_is_the_way() -> None:
    limit = structs.replace(ALL, carries=frozenset({"text", "image"}), attachment_bytes=50)
    assert said(PICTURE, limit).endswith("/abab")
    (small,) = preview((structs.replace(PICTURE, size=50),), limit)
    assert isinstance(small.parts[0], Image)
    assert small.degraded == ()


@pytest.mark.parametrize(
    ("size", "type", "allowed"),
    [(100, "image/png", True), (101, "image/png", False), (1000, "image/gif", True), (1001, "image/gif", False),
     (10, "video/mp4", False)],
)  # fmt: skip
def test_the_narrowest_bound_of_its_type_holds(size: int, type: str, allowed: bool) -> None:
    limit = Limit(
        carries=frozenset({"image"}), attachment_bytes=1000, attachment_types=("image/*",),
        by_type={"image/png": 100},
    )  # fmt: skip
    part = structs.replace(PICTURE, size=size, media_type=type)
    if allowed:
        assert preview((part,), limit)[0].parts == (part,)
    else:
        with pytest.raises(Unsupported):
            preview((part,), limit)


@pytest.mark.parametrize(
    ("text", "limit", "allowed"),
    [
        ("a" * 300, Limit(carries=frozenset({"text"}), max_text=300), True),
        ("a" * 301, Limit(carries=frozenset({"text"}), max_text=300), False),
        ("汉" * 682, Limit(carries=frozenset({"text"}), text_bytes=2048), True),
        ("汉" * 683, Limit(carries=frozenset({"text"}), text_bytes=2048), False),
        ("a" * 2048, Limit(carries=frozenset({"text"}), text_bytes=2048), True),
    ],
)
def test_a_text_is_counted_in_characters_and_in_bytes(text: str, limit: Limit, allowed: bool) -> None:
    if allowed:
        assert preview((Text(body=text),), limit)[0].parts == (Text(body=text),)
    else:
        with pytest.raises(Unsupported):
            preview((Text(body=text),), limit)


def test_a_question_that_grows_too_long_as_a_list_is_refused() -> None:
    limit = structs.replace(ALL, max_text=10)
    with pytest.raises(Unsupported):
        preview((WHICH,), limit)


def test_one_call_carries_one_part_so_the_message_becomes_several_in_order() -> None:
    messages = preview((Text(body="look"), PICTURE, WHICH), WECHAT)
    assert [message.parts for message in messages] == [(Text(body="look"),), (PICTURE,), (numbered(WHICH),)]
    assert [message.degraded for message in messages] == [(), (), ("choices",)]


def test_texts_that_were_something_else_travel_with_the_text_beside_them() -> None:
    """A short message costs money; the address belongs to the sentence before it."""
    (message,) = preview((Text(body="Your bill:"), PAPER), SMS, links=Addresses())
    assert message.parts == (Text(body="Your bill:\nbill.pdf https://hub.example.cn/files/cdcd"),)
    assert message.degraded == ("file",)
    long = Text(body="x" * 490)
    assert len(preview((long, PAPER), SMS, links=Addresses())) == 2
    assert len(preview((Text(body="a"), Text(body="b")), SMS)) == 2


def test_two_parts_a_call_are_two_parts_a_message() -> None:
    parts = tuple(Text(body=str(number)) for number in range(5))
    messages = preview(parts, Limit(carries=frozenset({"text"}), parts=2))
    assert [len(message.parts) for message in messages] == [2, 2, 1]


def test_without_a_bound_everything_is_one_message_as_it_is() -> None:
    parts = (Text(body="a"), PICTURE, WHICH)
    (message,) = preview(parts, Limit(carries=frozenset({"text", "image", "choices"})))
    assert (message.parts, message.degraded) == (parts, ())


WORDS = {"text": "aloud", "choices": "Which?", "location": "外滩", "card": "A cup", "image": "/abab", "file": "/cdcd"}


@given(st.lists(st.sampled_from([Text(body="aloud"), WHICH, PLACE, PAGE, PICTURE, PAPER]), min_size=1, max_size=8),
       st.sampled_from([None, 1, 2, 3]))  # fmt: skip
def test_nothing_is_lost_in_whatever_order_and_every_message_can_be_stored(parts: list[Part], size: int | None) -> None:
    limit = structs.replace(SMS, parts=size)
    messages = preview(parts, limit, links=Addresses())
    text = "\n".join(part.body for message in messages for part in message.parts if isinstance(part, Text))
    for part in parts:
        assert text.count(WORDS[str(type(part).__struct_config__.tag)]) == parts.count(part)
    for message in messages:
        assert size is None or len(message.parts) <= size
        assert msgspec.json.decode(msgspec.json.encode(message), type=type(message)) == message


def test_a_page_without_end_is_refused_rather_than_stored_as_a_text_nobody_can_read_back() -> None:
    limit = structs.replace(ALL, max_text=10**9)
    with pytest.raises(Unsupported):
        preview((Html(body="x", text="y" * (LONGEST + 1)),), limit)


def test_the_words_of_a_page() -> None:
    assert unformatted("<html><head><title>t</title></head><body><h1>A</h1>b<script>c</script></body>") == "A\nb"
    assert unformatted("<p>one</p><p>two\n  lines</p>") == "one\n\ntwo lines"
    assert unformatted("<unclosed <p>x") == "x"


def test_a_number_means_the_choice_that_stood_there() -> None:
    offered = WHICH.choices
    lines = numbered(WHICH).body.split("\n")[1:]
    for line, choice in zip(lines, offered, strict=True):
        assert meant(line.split(".")[0], offered) == choice.value
    assert meant("3", offered) == "3"
    assert meant("²", offered) == "²"


async def test_a_reply_is_stored_as_it_left_and_says_what_was_simplified(channels: Floor) -> None:
    await channels.arrive(heard("where?", id="m1", channel="sms"))
    conversation = await of(channels, channel="sms")
    reply = Reply(author=LI, parts=(Text(body="Here:"), PLACE, Text(body="See you")), client_id="c")
    dry = await channels.replies.preview(conversation.id, reply.parts)
    done = await channels.replies.reply(conversation.id, reply)
    stored = [done.message, *done.more]
    assert [message.parts for message in stored] == [one.parts for one in dry]
    assert [message.degraded for message in stored] == [("location",)]
    assert (await channels.replies.reply(conversation.id, reply)).new is False
    await channels.engine.settle()
    (sent,) = channels.provider.taken.values()
    assert sent.parts == stored[0].parts


async def test_the_messages_of_one_reply_leave_in_order_and_are_made_once(channels: Floor) -> None:
    await channels.arrive(heard("hi", id="m1", at=channels.clock.now()))
    conversation = await of(channels)
    reply = Reply(author=LI, parts=(Text(body="look"), PICTURE), client_id="c")
    first = await channels.replies.reply(conversation.id, reply)
    second = await channels.replies.reply(conversation.id, reply)
    assert (first.new, second.new, second.message.id) == (True, False, first.message.id)
    assert [message.seq for message in (first.message, *first.more)] == [2, 3]
    await channels.engine.settle()
    assert [sent.seq for sent in channels.provider.taken.values()] == [2, 3]
    assert [message.client_id for message in await channels.messages(conversation)] == [None, "c", "c/2"]


async def test_what_is_refused_leaves_nothing_behind(channels: Floor) -> None:
    await channels.arrive(heard("hi", id="m1", channel="sms"))
    conversation = await of(channels, channel="sms")
    reply = Reply(author=LI, parts=(*words("fine"), Html(body="<img>")), client_id="c")
    with pytest.raises(Unsupported):
        await channels.replies.reply(conversation.id, reply)
    assert await channels.again(conversation) == conversation
    assert len(await channels.messages(conversation)) == 1
