"""The mail servers, once for all tests of a process; each test has mailboxes of its own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from aiosmtplib import send

from tests.adapters.email.desk import Desk, raw
from tests.mailhouse import SECRET, mail_house
from tests.stores import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.mailhouse import MailHouse


@pytest.fixture(scope="session")
def hub_port() -> int:
    """Give the port at which mail to `@lmtp.example` is handed over."""
    return free_port()


@pytest.fixture(scope="session")
def house(hub_port: int) -> Iterator[MailHouse]:
    """Give postfix and dovecot."""
    with mail_house(hub_port) as servers:
        yield servers


class Mailbox:
    """The mailbox of one test at the real servers, and a customer who writes to it."""

    def __init__(self, house: MailHouse) -> None:
        self.house = house
        self.user = f"help{uuid4().hex[:8]}"
        self.customer = f"kunde{uuid4().hex[:8]}"
        self.address = f"{self.user}@example.com"
        self.desk = Desk(
            address=self.address, imap_host="127.0.0.1", imap_port=house.imap, imap_security="none",
            imap_user=self.user, imap_password=SECRET, smtp_host="127.0.0.1", smtp_port=house.smtp,
            smtp_security="none", smtp_password="",
        )  # fmt: skip

    async def receive(self, subject: str, *, id: str = "", more: str = "", to: str = "") -> None:
        """Let the customer send a mail through postfix."""
        mail = raw(
            subject, id=id or f"{uuid4().hex}@kunde.example", sender=f"Kunde <{self.customer}@example.com>",
            to=to or self.address, more=more,
        )  # fmt: skip
        await send(
            mail, sender=f"{self.customer}@example.com", recipients=[to or self.address], hostname="127.0.0.1",
            port=self.house.smtp, start_tls=False,
        )  # fmt: skip

    async def customers_mails(self) -> list[bytes]:
        """What arrived at the customer."""
        return await asyncio.to_thread(self.house.mails, self.customer)


@pytest.fixture
async def mailbox(house: MailHouse) -> AsyncIterator[Mailbox]:
    """Give a fresh mailbox."""
    made = Mailbox(house)
    yield made
    await made.desk.close()
