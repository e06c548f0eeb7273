"""The LMTP door as a mail server meets it: an answer a recipient, nothing said before it is kept."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from adapters.email import threads
from conversations.inboxes import INBOXES, Inbox
from hub.errors import Overloaded
from hub.ingest import Ingest
from hub.store.port import Eq, Insert
from hub.work.jobs import JOBS, JobState
from server import lmtp
from server.channels import Live
from tests import needs
from tests.adapters.email.desk import CARD, CONVERSATION, RING, Desk, raw
from tests.stores import open_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from hub.ingest import Accepted
    from hub.model import Inbound
    from hub.store.port import Store

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class OneInbox:
    """Stands for the hub's channels: one mail inbox."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.vitals = self
        self.came: list[str] = []
        self.is_broken = False

    def find(self, id: str) -> Live | None:
        row = Inbox(id=id, name="Mail", channel="email", created_at=AT)
        return None if self.is_broken else Live(inbox=row, adapter=self.desk.adapter, manifest=CARD)

    def fault(self, id: str) -> object:
        return "broken" if self.is_broken else None

    def came_in(self, id: str) -> None:
        self.came.append(id)


class Full(Ingest):
    """A hub that has too much in hand."""

    async def accept(self, inbounds: Sequence[Inbound]) -> Accepted:
        raise Overloaded("full")


class Peer:
    """A mail server that hands over by LMTP, word for word."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def say(self, line: str) -> str:
        """Say a line and return the answer's last line."""
        self._writer.write(f"{line}\r\n".encode())
        return await self.hear()

    async def hear(self) -> str:
        """Return the last line of one answer."""
        while True:
            line = (await asyncio.wait_for(self._reader.readline(), 5)).decode().strip()
            if line[3:4] != "-":
                return line

    async def hand_over(self, mail: bytes, *recipients: str) -> list[str]:
        """Do a whole transaction; return the answer to each recipient that was taken, or the refusals."""
        await self.say("MAIL FROM:<kunde@kunde.example>")
        said = [await self.say(f"RCPT TO:<{one}>") for one in recipients]
        taken = [one for one in said if one.startswith("250")]
        if not taken:
            return said
        assert (await self.say("DATA")).startswith("354")
        self._writer.write(mail + b"\r\n.\r\n")
        return [await self.hear() for _ in taken]


class Place:
    """The door, what is behind it, and a peer in front of it."""

    def __init__(self, desk: Desk, channels: OneInbox, door: lmtp.Door, store: Store, peer: Peer) -> None:
        self.desk, self.channels, self.door, self.store, self.peer = desk, channels, door, store, peer
        self.address = ("", 0)

    async def stored(self) -> int:
        """Count what the hub has."""
        return await self.store.count(JOBS, Eq("state", JobState.READY), limit=100)


@asynccontextmanager
async def place(folder: Path, ingest: type[Ingest] = Ingest) -> AsyncIterator[Place]:
    """Open the door on a free port."""
    desk = Desk()
    async with open_store(folder, [INBOXES, JOBS]) as store:
        await store.commit(Insert(INBOXES, Inbox(id="inbox-1", name="Mail", channel="email", created_at=AT)))
        channels = OneInbox(desk)
        door = lmtp.Door(store, channels, ingest(store, desk.clock))  # type: ignore[arg-type]  # of the hub's channels it needs three
        async with lmtp.opened("127.0.0.1:0", door) as server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            peer = Peer(reader, writer)
            assert (await peer.hear()).startswith("220")
            assert (await peer.say("LHLO mx.example")).startswith("250")
            made = Place(desk, channels, door, store, peer)
            made.address = server.sockets[0].getsockname()
            try:
                yield made
            finally:
                writer.close()
                await writer.wait_closed()
                await asyncio.sleep(0)


async def test_a_mail_is_durable_when_250_is_said(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        [answer] = await here.peer.hand_over(raw(), "help@example.com")
        assert answer.startswith("250")
        assert await here.stored() == 1
        assert here.channels.came == ["inbox-1"]


async def test_each_recipient_has_an_answer_and_the_mail_comes_once(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        plus = threads.plus_address("help@example.com", CONVERSATION, RING)
        answers = await here.peer.hand_over(raw(), "help@example.com", "stranger@example.com", plus)
        assert [answer[:3] for answer in answers] == ["250", "250"]
        assert await here.stored() == 1
        again = await here.peer.hand_over(raw(), "help@example.com")
        assert again[0].startswith("250")
        assert await here.stored() == 1


async def test_who_is_nobody_is_told_at_once(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        [answer] = await here.peer.hand_over(raw(), "stranger@example.com")
        assert answer.startswith("550 5.1.1")
        here.channels.is_broken = True
        [later] = await here.peer.hand_over(raw(), "help@example.com")
        assert later.startswith("451")


async def test_a_full_hub_says_come_again(tmp_path: Path) -> None:
    async with place(tmp_path, Full) as here:
        answers = await here.peer.hand_over(raw(), "help@example.com", "help+x@example.com")
        assert [answer[:3] for answer in answers] == ["452", "452"]
        assert await here.stored() == 0


@pytest.mark.parametrize(
    "mail", [b"\xff\xfe\x00 no mail at all", b"", b"x" * 100_000, b"From: \xc4\xe3\xba\xc3\r\n\r\n\xc4\xe3"]
)
async def test_whatever_the_bytes_are_they_are_kept(tmp_path: Path, mail: bytes) -> None:
    async with place(tmp_path) as here:
        [answer] = await here.peer.hand_over(mail, "help@example.com")
        assert answer.startswith("250")
        assert await here.stored() == 1


async def test_a_line_without_end_is_refused_for_each(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        answers = await here.peer.hand_over(b"x" * (lmtp.LINE + 10), "help@example.com", "help+x@example.com")
        assert [answer[:3] for answer in answers] == ["500", "500"]
        assert (await here.peer.say("NOOP")).startswith("250")


async def test_the_same_mail_is_the_same_by_every_door(tmp_path: Path) -> None:
    desk = Desk()
    plain = await desk.adapter.arrived(raw())
    relayed = b"Return-Path: <x@y>\r\nDelivered-To: help@example.com\r\nReceived: by mx\r\n\tid 1\r\n" + raw()
    with_unix_lines = await desk.adapter.arrived(relayed.replace(b"\r\n", b"\n"))
    assert plain[0].provider_id == with_unix_lines[0].provider_id
    other = await desk.adapter.arrived(raw().replace(b"09:00:00", b"09:00:01"))
    assert other[0].provider_id != plain[0].provider_id
    nameless = [
        await desk.adapter.arrived(mail.replace(b"Message-ID: <a1@kunde.example>\r\n", b""))
        for mail in (raw(), relayed)
    ]
    assert nameless[0][0].provider_id == nameless[1][0].provider_id


async def test_an_independent_client_hands_over(tmp_path: Path) -> None:
    swaks = needs.require("swaks")
    async with place(tmp_path) as here:
        host, port = here.address
        command = [
            str(swaks), "--protocol", "LMTP", "--server", host, "--port", str(port), "--from", "kunde@kunde.example",
            "--to", "help@example.com,help+x@example.com", "--h-Subject", "by swaks", "--body", "x",
        ]  # fmt: skip
        run = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        said, _ = await run.communicate()
        assert run.returncode == 0, said.decode()
        assert said.decode().count("250 2.0.0 OK") == 2
        assert await here.stored() == 1
