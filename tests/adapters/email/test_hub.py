"""The whole hub between real mail servers: IMAP and LMTP in, SMTP out, in one conversation each."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from aiosmtplib import send

from tests.adapters.email.desk import raw
from tests.mailhouse import SECRET
from tests.server.running import furnish, running
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.mailhouse import MailHouse
    from tests.server.running import Client


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo's people in it."""
    return furnish(tmp_path_factory.mktemp("furnished") / "data")


class Mailed:
    """One mail inbox of a running hub, an administrator and an agent, and a customer."""

    def __init__(self, house: MailHouse, admin: Client, address: str) -> None:
        self.house = house
        self.admin = admin
        self.address = address
        self.customer = f"kunde{uuid4().hex[:8]}"

    async def make(self, **settings: Any) -> None:
        """Make the inbox over the API."""
        given = {
            "address": self.address, "smtp_host": "127.0.0.1", "smtp_port": self.house.smtp, "smtp_security": "none",
            **settings,
        }  # fmt: skip
        answer = await self.admin.post("/inboxes", {"name": "Mail", "channel": "email", "settings": given})
        assert answer.status == 201, answer.body

    async def writes(self, subject: str, *, id: str, more: str = "", to: str = "") -> None:
        """Let the customer send a mail through postfix."""
        sender, address = f"{self.customer}@example.com", to or self.address
        mail = raw(subject, id=id, sender=sender, to=address, more=more)
        await send(
            mail, sender=sender, recipients=[address], hostname="127.0.0.1", port=self.house.smtp, start_tls=False
        )

    async def messages(self) -> list[Any]:
        """Return what stands in the customer's conversations, oldest first."""
        found = (await self.admin.get("/conversations?view=all")).json["items"]
        own = [one for one in found if one.get("subject") == "停水"]
        if not own:
            return []
        return list((await self.admin.get(f"/conversations/{own[0]['id']}/messages")).json["items"])

    async def has(self, count: int) -> bool:
        """Say whether so many messages of people are there; not asked faster than a person may ask."""
        await asyncio.sleep(0.1)
        spoken = [one for one in await self.messages() if one["direction"] in ("in", "out")]
        return len(spoken) >= count


@asynccontextmanager
async def mailed(folder: Path, furnished: Path, house: MailHouse, port: int, address: str) -> AsyncIterator[Mailed]:
    """Run a hub whose LMTP door is open."""
    async with running(folder, like=furnished, lmtp=f"127.0.0.1:{port}") as hub:
        yield Mailed(house, await hub.log_in("admin"), address)


async def round_trip(one: Mailed) -> None:
    """A question, an answer, and an answer to it: one thread on both sides."""
    await one.writes("停水", id=f"q1.{one.customer}@kunde.example")
    await until(lambda: one.has(1), seconds=10)
    conversation = (await one.messages())[0]["conversation"]
    answer = {"parts": [{"type": "text", "body": "18:00 来水"}], "client_id": uuid4().hex}
    said = await one.admin.post(f"/conversations/{conversation}/messages", answer)
    assert said.status in (200, 201), said.body
    await until(lambda: asyncio.to_thread(one.house.mails, one.customer), seconds=10)
    mail = message_from_bytes(one.house.mails(one.customer)[0], policy=policy.default)
    assert mail["subject"] == "Re: 停水"
    assert mail["in-reply-to"] == f"<q1.{one.customer}@kunde.example>"
    more = f"In-Reply-To: {mail['message-id']}\r\nReferences: {mail['in-reply-to']} {mail['message-id']}\r\n"
    await one.writes("回复: 停水", id=f"q2.{one.customer}@kunde.example", more=more)
    await until(lambda: one.has(3), seconds=10)
    assert {message["conversation"] for message in await one.messages()} == {conversation}


async def test_a_conversation_over_lmtp_and_smtp(
    tmp_path: Path, furnished: Path, house: MailHouse, hub_port: int
) -> None:
    async with mailed(tmp_path / "data", furnished, house, hub_port, "hilfe@lmtp.example") as one:
        await one.make()
        await round_trip(one)


async def test_a_conversation_over_imap_and_smtp(
    tmp_path: Path, furnished: Path, house: MailHouse, hub_port: int
) -> None:
    user = f"help{uuid4().hex[:8]}"
    async with mailed(tmp_path / "data", furnished, house, hub_port, f"{user}@example.com") as one:
        await one.make(
            imap_host="127.0.0.1", imap_port=house.imap, imap_security="none", imap_user=user, imap_password=SECRET
        )
        await until(lambda: asyncio.to_thread((house.mail / user).exists))
        await round_trip(one)
