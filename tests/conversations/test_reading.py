"""Drafts, read marks and transcripts: what an agent finds again after a reload."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from conversations.model import Direction
from hub.errors import Invalid
from tests.conversations.floor import LI, WANG, said, texts

if TYPE_CHECKING:
    from tests.conversations.floor import Floor


async def test_a_draft_survives_a_reload_and_the_last_save_wins(floor: Floor) -> None:
    saved = await floor.drafts.save("c", "li", text="Dear", base_seq=3)
    changed = await floor.drafts.save("c", "li", text="Dear Ann", note=True, base_seq=4)
    assert saved is not None
    assert changed is not None
    assert await floor.drafts.get("c", "li") == changed
    assert (changed.text, changed.note, changed.base_seq, changed.version) == ("Dear Ann", True, 4, 1)


async def test_an_empty_draft_is_no_draft(floor: Floor) -> None:
    await floor.drafts.save("c", "li", text="x")
    assert await floor.drafts.save("c", "li", text="") is None
    assert await floor.drafts.save("c", "li", text="") is None
    assert await floor.drafts.of_conversation("c") == []


async def test_a_draft_too_long_is_refused(floor: Floor) -> None:
    with pytest.raises(Invalid):
        await floor.drafts.save("c", "li", text="x" * 20_001)


async def test_two_windows_saving_at_once_lose_nothing_and_fail_never(either: Floor) -> None:
    await asyncio.gather(*(either.drafts.save("c", "li", text=f"v{number}") for number in range(10)))
    draft = await either.drafts.get("c", "li")
    assert draft is not None
    assert draft.version == 9


async def test_colleagues_drafts_are_seen_the_latest_first(floor: Floor) -> None:
    await floor.drafts.save("c", "li", text="x")
    await floor.clock.advance(1)
    await floor.drafts.save("c", "wang", text="y")
    assert [draft.user for draft in await floor.drafts.of_conversation("c")] == ["wang", "li"]


async def test_a_draft_survives_a_transfer(floor: Floor) -> None:
    conversation = await floor.hear()
    await floor.drafts.save(conversation.id, "li", text="half a sentence")
    await floor.acts.transfer(conversation.id, WANG, agent="wang")
    assert await floor.drafts.get(conversation.id, "li") is not None


async def test_a_read_mark_moves_forward_only(floor: Floor) -> None:
    assert [await floor.reading.read("c", "li", seq) for seq in (3, 5, 4)] == [3, 5, 5]
    assert await floor.reading.seqs("li", ["c", "other"]) == {"c": 5}
    assert await floor.reading.seqs("wang", ["c"]) == {}


async def test_marks_of_many_windows_end_at_the_furthest(either: Floor) -> None:
    await asyncio.gather(*(either.reading.read("c", "li", seq) for seq in range(1, 11)))
    assert await either.reading.seqs("li", ["c"]) == {"c": 10}


async def test_pages_of_a_thread(floor: Floor) -> None:
    await floor.arrive(*(said(f"{number}", id=f"i{number}") for number in range(1, 131)))
    conversation = await floor.thread_of()
    read = floor.transcripts
    assert texts(await read.latest(conversation.id)) == [str(number) for number in range(81, 131)]
    assert texts(await read.before(conversation.id, 5)) == ["1", "2", "3", "4"]
    assert texts(await read.after(conversation.id, 128)) == ["129", "130"]
    assert texts(await read.after(conversation.id, 0, limit=3)) == ["1", "2", "3"]
    assert await read.after(conversation.id, 130) == []
    assert await read.latest("none") == []


async def test_a_customer_s_pages_are_full_though_notes_lie_between(floor: Floor) -> None:
    conversation = await floor.hear("first")
    for number in range(120):
        await floor.answer(conversation, f"note {number}", LI, note=True)
    await floor.hear("last")
    for page in (
        await floor.transcripts.latest(conversation.id, notes=False),
        await floor.transcripts.after(conversation.id, 0, notes=False),
    ):
        assert texts(page) == ["first", "last"]
        assert {message.direction for message in page} == {Direction.IN}


async def test_an_inbox_knows_whether_anybody_ever_wrote(floor: Floor) -> None:
    await floor.open_inbox("web:2")
    await floor.hear()
    assert await floor.transcripts.any_in("web")
    assert not await floor.transcripts.any_in("web:2")
    assert not await floor.transcripts.any_in("we")
