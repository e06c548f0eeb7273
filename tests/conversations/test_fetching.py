"""Files still at the provider: fetched beside the conversation, put in place once, or given up with a reason."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from conversations.fetching import FETCH, LIFE, Fetch, Fetches
from conversations.inboxes import INBOXES
from hub.errors import ChannelBroken, HubError, Invalid, NotFound, Refused, TooLarge, TryLater
from hub.model import Audio, Image, Media, Remote, Text
from hub.store.port import Delete, Eq
from hub.work.jobs import JOBS, JobState
from tests.conversations.channels import heard, of
from tests.conversations.floor import codes, texts
from tests.waiting import until

if TYPE_CHECKING:
    from conversations.model import Message
    from tests.conversations.floor import Floor

VOICE = Remote(kind="audio", ref="MEDIA1", name="voice")
PICTURE = Remote(kind="image", ref="MEDIA2")
SOUND = Audio(blob="a" * 64, name="voice.amr", media_type="audio/amr", size=5)
PHOTO = Image(blob="b" * 64, name="photo.jpg", media_type="image/jpeg", size=6)


async def first(floor: Floor) -> Message:
    return (await floor.messages(await of(floor)))[0]


async def test_a_file_takes_its_part_s_place_and_is_found_by_its_name(channels: Floor) -> None:
    channels.provider.files = {"MEDIA1": SOUND, "MEDIA2": PHOTO}
    parts = (Text(body="look"), PICTURE, VOICE)
    await channels.arrive(heard("", id="m1", parts=parts))
    message = await first(channels)
    assert message.parts == (Text(body="look"), PHOTO, SOUND)
    assert message.version == 2
    assert "photo.jpg" in message.terms
    assert sorted(channels.provider.fetched) == ["MEDIA1", "MEDIA2"]


async def test_a_slow_file_holds_up_neither_the_conversation_nor_the_other_file(channels: Floor) -> None:
    let, floor = asyncio.Event(), channels
    floor.provider.files = {"MEDIA1": SOUND, "MEDIA2": PHOTO}
    fetch = floor.provider.fetch

    async def slow(inbox: str, remote: Remote) -> Media:
        if remote.ref == "MEDIA1":
            await let.wait()
        return await fetch(inbox, remote)

    floor.provider.fetch = slow  # type: ignore[method-assign]  # a slow provider

    async def placed() -> bool:
        done = floor.provider.fetched == ["MEDIA2"] and (await first(floor)).parts[1] == PHOTO
        return done and texts(await floor.messages(await of(floor))) == ["next"]

    await floor.ingest.accept([heard("", id="m1", parts=(VOICE, PICTURE)), heard("next", id="m2")])
    working = asyncio.create_task(floor.engine.settle())
    await until(placed)
    assert texts(await floor.messages(await of(floor))) == ["next"]
    assert (await first(floor)).parts[0] == VOICE
    let.set()
    await working
    assert (await first(floor)).parts == (SOUND, PHOTO)


@pytest.mark.parametrize(
    ("fault", "code"),
    [(Refused("invalid media_id"), "gone"), (TooLarge("30 MB"), "too_large"), (Invalid("empty"), "invalid")],
)
async def test_a_file_that_cannot_be_had_says_why(channels: Floor, fault: HubError, code: str) -> None:
    channels.provider.faults.append(fault)
    await channels.arrive(heard("", id="m1", parts=(VOICE,)))
    (part,) = (await first(channels)).parts
    assert part == Remote(kind="audio", ref="MEDIA1", name="voice", fault=code)
    await channels.let(timedelta(days=1))
    assert channels.provider.fetched == ["MEDIA1"]


@pytest.mark.parametrize("fault", [TryLater("busy"), ChannelBroken("no token"), NotFound("paused"), TryLater("again")])
async def test_it_is_tried_again_until_it_works(channels: Floor, fault: HubError) -> None:
    channels.provider.files = {"MEDIA1": SOUND}
    channels.provider.faults += [fault, fault]
    await channels.arrive(heard("", id="m1", parts=(VOICE,)))
    assert (await first(channels)).parts == (VOICE,)
    await channels.let(timedelta(minutes=10))
    await channels.let(timedelta(minutes=10))
    assert (await first(channels)).parts == (SOUND,)
    assert len(channels.provider.fetched) == 3


@pytest.mark.parametrize("fault", [TryLater("busy"), ChannelBroken("no token"), NotFound("no such inbox")])
async def test_after_three_days_the_file_is_gone(channels: Floor, fault: HubError) -> None:
    channels.provider.faults += [fault] * 2000
    await channels.arrive(heard("", id="m1", parts=(VOICE,)))
    for _ in range(71):
        await channels.let(timedelta(hours=1))
    assert (await first(channels)).parts == (VOICE,)
    for _ in range(2):
        await channels.let(timedelta(hours=1))
    (part,) = (await first(channels)).parts
    assert isinstance(part, Remote)
    assert part.fault == "gone"
    assert await channels.store.count(JOBS, Eq("state", JobState.READY), limit=1) == 0
    assert await channels.store.count(JOBS, Eq("state", JobState.DEAD), limit=1) == 0
    assert len(channels.provider.fetched) < 600


async def test_a_fault_of_ours_ends_in_the_same_way(channels: Floor) -> None:
    fetches = Fetches(channels.store, channels.provider)
    made = channels.clock.now()
    body = Fetch(message="m", part=0, inbox="wechat", remote=VOICE)
    job = FETCH.job(body, lane="x", seq=0, at=made).doc
    with pytest.raises(KeyError):
        await fetches.fetch(body, job, made + LIFE - timedelta(seconds=1))
    channels.provider.files = {"MEDIA1": SOUND}
    await channels.arrive(heard("", id="m1", parts=(VOICE,)))
    channels.provider.files = {}
    record = await fetches.fetch(structs.replace(body, message=(await first(channels)).id), job, made + LIFE)
    assert await record(made + LIFE) == (), "the file came another way meanwhile: its part stays"


async def test_fetched_twice_it_is_put_in_place_once(channels: Floor) -> None:
    """The process ended between the fetch and its record: the job runs again, and finds its work done or to do."""
    channels.provider.files = {"MEDIA1": SOUND}
    await channels.arrive(heard("", id="m1", parts=(VOICE,)))
    message = await first(channels)
    fetches = Fetches(channels.store, channels.provider)
    body = Fetch(message=message.id, part=0, inbox="wechat", remote=VOICE)
    job = FETCH.job(body, lane="x", seq=0, at=channels.clock.now()).doc
    record = await fetches.fetch(body, job, channels.clock.now())
    assert await record(channels.clock.now()) == ()
    assert await first(channels) == message


async def test_a_file_of_an_inbox_that_was_deleted_is_not_lost_from_the_thread(channels: Floor) -> None:
    await channels.store.commit(Delete(INBOXES, await channels.inboxes.get("wechat")))
    channels.provider.faults += [NotFound("gone")] * 2000
    await channels.arrive(heard("", id="m1", parts=(VOICE, Text(body="listen"))))
    message = await first(channels)
    assert message.parts == (VOICE, Text(body="listen"))
    assert codes([message]) == []
