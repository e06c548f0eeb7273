"""An embedded folder moves into MongoDB: everything, once, however often it was cut; and never into somebody's data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from accounts.permissions import Role
from accounts.users import USERS, User
from conversations.model import CONVERSATIONS, MESSAGES, Author, AuthorKind, Conversation, Direction, Message, State
from hub.errors import HubError, WrongMove
from hub.model import Address, Text
from hub.store.port import Insert, put
from server.migrate import MIGRATIONS, PAGE, migrate
from tests.power import PowerCut, PowerStore, cuts
from tests.stores import open_mongo, open_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from hub.store.mongo import MongoStore
    from hub.store.port import Collection, Document, Store

pytestmark = pytest.mark.mongo
AT = datetime(2026, 11, 21, 8, 0, 0, 123456, UTC)
COLLECTIONS: tuple[Collection[Document], ...] = (USERS, CONVERSATIONS, MESSAGES)


def quiet(name: str, count: int) -> None:
    """Hear the progress, and say nothing."""


def user(number: int) -> User:
    return User(id=f"u{number}", name="李雷", email=f"u{number}@example.cn", role=Role.AGENT, created_at=AT)


def conversation() -> Conversation:
    address = Address(channel="console", user="c")
    return Conversation(
        id="c1", inbox="i", address=address, profile="p", state=State.WAITING, last_at=AT, queued_at=AT, opened_at=AT,
        changed_at=AT, version=7, labels=("投诉", "vip"),
    )  # fmt: skip


def message(seq: int) -> Message:
    return Message(
        id=f"m{seq:06d}", conversation="c1", inbox="i", seq=seq, direction=Direction.IN,
        author=Author(kind=AuthorKind.CUSTOMER, id="p"), parts=(Text(body=f"第 {seq} 条 🙂"),),
        at=AT + timedelta(milliseconds=seq), key=f"i:{seq}", terms=("第", str(seq)),
    )  # fmt: skip


async def fill(store: Store, messages: int) -> None:
    await store.commit(
        Insert(USERS, user(1)),
        Insert(CONVERSATIONS, conversation()),
        *(Insert(MESSAGES, message(seq)) for seq in range(1, messages + 1)),
    )


@pytest.fixture
async def source(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path, COLLECTIONS) as store:
        yield store


@pytest.fixture
async def target(mongo_url: str, mongo_database: str) -> AsyncIterator[MongoStore]:
    async with open_mongo(mongo_url, mongo_database, (*COLLECTIONS, MIGRATIONS)) as store:
        yield store


async def test_everything_arrives_as_it_was(source: Store, target: Store) -> None:
    await fill(source, PAGE + 3)
    told: dict[str, int] = {}
    moved = await migrate(source, target, COLLECTIONS, told.__setitem__)
    assert {one.collection: one.count for one in moved} == {"users": 1, "conversations": 1, "messages": PAGE + 3}
    assert told == {"users": 1, "conversations": 1, "messages": PAGE + 3}
    there = await target.get(CONVERSATIONS, "c1")
    assert there is not None
    assert (there.version, there.labels) == (7, ("投诉", "vip"))
    assert there.last_at == AT.replace(microsecond=123000)
    await target.commit(put(CONVERSATIONS, there, there))  # the optimistic lock goes on where it was


async def test_two_rows_of_different_text_have_different_sums(source: Store, target: Store) -> None:
    await fill(source, 2)
    before = {one.collection: one.checksum for one in await migrate(source, target, COLLECTIONS, quiet)}
    assert len(set(before.values())) == len(before)


async def test_a_cut_at_any_commit_goes_on(source: Store, mongo_url: str, mongo_database: str) -> None:
    await fill(source, 3)
    steps = 1 + 1 + 1 + 3 + 3 + 1  # begin; a user, a conversation, three messages; a place for each; the end
    for number, (step, after) in enumerate(cuts(steps)):
        async with open_mongo(mongo_url, f"{mongo_database}_{number}", (*COLLECTIONS, MIGRATIONS)) as engine:
            with pytest.raises(PowerCut):
                await migrate(source, PowerStore(engine, step=step, after=after), COLLECTIONS, quiet)
            if step == steps and after:
                continue
            moved = await migrate(source, engine, COLLECTIONS, quiet)
            assert [one.count for one in moved] == [1, 1, 3]
    await _drop(mongo_url, mongo_database, 2 * steps)


async def test_a_database_in_use_is_refused(source: Store, target: Store) -> None:
    await fill(source, 1)
    await target.commit(Insert(USERS, user(2)))
    with pytest.raises(WrongMove, match="not empty"):
        await migrate(source, target, COLLECTIONS, quiet)
    assert await target.get(USERS, "u1") is None


async def test_a_second_move_is_refused(source: Store, target: Store) -> None:
    await fill(source, 1)
    await migrate(source, target, COLLECTIONS, quiet)
    with pytest.raises(WrongMove, match="finished"):
        await migrate(source, target, COLLECTIONS, quiet)


async def test_another_folder_does_not_go_on(source: Store, target: Store, tmp_path: Path) -> None:
    await fill(source, 1)
    with pytest.raises(PowerCut):
        await migrate(source, PowerStore(target, step=2), COLLECTIONS, quiet)
    async with open_store(tmp_path / "other", COLLECTIONS) as other:
        await other.commit(Insert(USERS, user(9)))
        with pytest.raises(WrongMove, match="Another folder"):
            await migrate(other, target, COLLECTIONS, quiet)


async def test_a_row_changed_in_between_is_found(source: Store, target: Store) -> None:
    await fill(source, 1)
    with pytest.raises(PowerCut):
        await migrate(source, PowerStore(target, step=4), COLLECTIONS, quiet)
    there = await target.get(USERS, "u1")
    assert there is not None
    await target.commit(put(USERS, there, structs.replace(there, name="韩梅梅")))
    with pytest.raises(HubError, match="does not hold") as caught:
        await migrate(source, target, COLLECTIONS, quiet)
    assert caught.value.facts["collection"] == "users"


async def _drop(url: str, name: str, count: int) -> None:
    from pymongo import AsyncMongoClient

    async with AsyncMongoClient[dict[str, object]](url) as client:
        for number in range(count):
            await client.drop_database(f"{name}_{number}")
