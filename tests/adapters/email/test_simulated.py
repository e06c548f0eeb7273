"""The mailbox against a mail house that misbehaves on request: consent, tokens, TLS, and every way to hang up."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from adapters.email import imap, listening
from adapters.simulators.email import ADDRESS, build
from hub.errors import ChannelBroken, OutcomeUnknown, Refused, TryLater
from hub.model import Envelope, Signal, Status
from tests.adapters.email.desk import CONVERSATION, Desk, outbound, raw
from tests.clocks import FakeClock
from tests.stores import free_port
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from adapters.simulators.email import MailHouse
    from hub.clock import Clock

REDIRECT = "https://hub.example/oauth/callback"
CUSTOMER = "li@customer.example"


class Scene:
    """A mail house and a mailbox of ours at it."""

    def __init__(self, house: MailHouse, desk: Desk) -> None:
        self.house = house
        self.desk = desk
        self.send = desk.adapter.send

    async def consent(self) -> None:
        """Walk through the consent page as an administrator does, and build the inbox with what it gave."""
        page = self.desk.adapter.consent_url("state-1", REDIRECT)
        async with aiohttp.ClientSession() as browser:
            asked = await browser.get(page)
            assert asked.status == 200
            agreed = await browser.get(page.replace("/authorize?", "/agree?"), allow_redirects=False)
        back = parse_qs(urlsplit(agreed.headers["Location"]).query)
        assert back["state"] == ["state-1"]
        self.desk.build(**await self.desk.adapter.redeem(back["code"][0], REDIRECT))
        self.send = self.desk.adapter.send


@asynccontextmanager
async def scene(*, clock: Clock | None = None, **more: Any) -> AsyncIterator[Scene]:
    """Run a mail house."""
    house = build(tell=lambda _: None, clock=clock, **more)
    async with house.running(), aiohttp.ClientSession() as http:
        desk = Desk(clock=clock, http=http, **house.settings())
        try:
            yield Scene(house, desk)
        finally:
            await desk.close()


@pytest.mark.parametrize("house", ["google", "microsoft"])
async def test_consent_opens_both_sides_and_is_renewed(house: str) -> None:
    clock = FakeClock()
    async with scene(clock=clock, house=house) as here:
        await here.consent()
        assert [step.ok for step in await here.desk.adapter.probe()] == [True] * 5
        await here.send(outbound(to=CUSTOMER))
        for _ in range(3):
            await clock.advance(timedelta(hours=1))
            here.desk.build()  # a restart, with the settings of the first day
            assert [step.ok for step in await here.desk.adapter.probe()] == [True] * 5
        assert len(here.house.sent) == 1
        assert here.desk.tokens.fetched == 4
        kept = " ".join(here.desk.marks.kept.values())
        assert all(secret not in kept for secret in here.house.authority._refresh)


async def test_a_token_that_is_refused_is_renewed_once() -> None:
    async with scene(house="google") as here:
        await here.consent()
        await here.send(outbound(to=CUSTOMER))
        here.house.authority.expire()  # before its time, and nobody told us
        async with here.desk.listening():
            await here.house.says("li", "hello")
            await here.desk.heard(1)
        here.house.authority.expire()
        here.desk.build()
        await here.desk.adapter.send(outbound(to=CUSTOMER, id="another"))
        assert len(here.house.sent) == 2


async def test_consent_that_was_taken_back_asks_for_another() -> None:
    async with scene(house="microsoft") as here:
        await here.consent()
        here.house.authority.revoke()
        with pytest.raises(ChannelBroken, match="taken its consent back") as broken:
            await here.send(outbound(to=CUSTOMER))
        assert "Authorise" in broken.value.hint
        await here.consent()
        await here.desk.adapter.send(outbound(to=CUSTOMER))


async def test_a_code_is_good_once_and_for_who_asked() -> None:
    async with scene(house="google") as here:
        page = here.desk.adapter.consent_url("s", REDIRECT).replace("/authorize?", "/agree?")
        async with aiohttp.ClientSession() as browser:
            agreed = await browser.get(page, allow_redirects=False)
        code = parse_qs(urlsplit(agreed.headers["Location"]).query)["code"][0]
        with pytest.raises(Refused):
            await here.desk.adapter.redeem(code, "https://elsewhere.example/")
        with pytest.raises(Refused):
            await here.desk.adapter.redeem(code, REDIRECT)


async def test_without_consent_nobody_logs_in() -> None:
    async with scene(house="google") as here:
        with pytest.raises(ChannelBroken, match="not authorised"):
            await here.send(outbound(to=CUSTOMER))


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_both_sides_encrypt(security: str) -> None:
    async with scene(security=security) as here:
        assert [step.ok for step in await here.desk.adapter.probe()] == [True] * 5
        async with here.desk.listening():
            await here.house.says("li", "停水")
            await here.desk.heard(1)
        await here.send(outbound(to=CUSTOMER))
        here.desk.build(tls_ca="")  # who signed that?
        steps = await here.desk.adapter.probe()
        assert [(step.name, step.ok) for step in steps] == [("imap_connect", False), ("smtp_login", False)]
        assert all("certificate" in step.detail and "`tls_ca`" in step.hint for step in steps)


async def test_encryption_that_is_not_offered_is_no_reason_to_go_without() -> None:
    async with scene() as here:
        here.desk.build(imap_security="starttls", smtp_security="starttls")
        steps = await here.desk.adapter.probe()
        assert [step.ok for step in steps] == [False, False]
        with pytest.raises(ChannelBroken):
            await here.desk.adapter.send(outbound(to=CUSTOMER))
        assert here.house.sent == []


@pytest.mark.parametrize("act", ["bye", "cut", "number_anew"])
async def test_whatever_ends_the_connection_nothing_is_lost_or_twice(act: str) -> None:
    async with scene() as here:
        async with here.desk.listening():
            for number in range(4):
                await here.house.says(f"u{number}", f"mail {number}")
                if number % 2:
                    getattr(here.house.mailbox, act)()
                    here.house.mailbox.cut()
            await here.desk.heard(4)
            await here.house.says("last", "the last")
            await here.desk.heard(5)
        assert sorted(here.desk.subjects) == ["mail 0", "mail 1", "mail 2", "mail 3", "the last"]


async def test_a_goodbye_is_one_though_nobody_hangs_up() -> None:
    async with scene() as here, here.desk.listening():
        here.house.mailbox.bye(hangs_up=False)
        await until(lambda: _faults(here))
        await until(here.desk.connected)
        await here.house.says("li", "hello")
        await here.desk.heard(1)


async def test_a_server_that_hangs_up_before_idling_is_left_and_asked_again() -> None:
    async with scene() as here:
        here.house.mailbox.moods.hangs_up_at_idle = True
        task = asyncio.create_task(here.desk.adapter.listen(here.desk.accept))
        with pytest.raises(TryLater):
            await asyncio.wait_for(task, 5)
        here.house.mailbox.moods.hangs_up_at_idle = False
        async with here.desk.listening():
            await here.house.says("li", "hello")
            await here.desk.heard(1)


async def test_a_server_that_falls_silent_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "PATIENCE", 0.2)
    monkeypatch.setattr(imap.Imap._bounded, "__defaults__", (0.2,))
    async with scene() as here:
        async with here.desk.listening():
            here.house.mailbox.moods.silent = True
            await here.house.says("li", "told by push, fetched by nobody")
            await until(lambda: _faults(here))
            here.house.mailbox.moods.silent = False
            await here.desk.heard(1)
        assert len(here.desk.said) == 1


async def test_a_server_without_idle_is_asked_now_and_then() -> None:
    clock = FakeClock()
    async with scene(clock=clock) as here:
        here.house.mailbox.moods.idle = False
        task = asyncio.create_task(here.desk.adapter.listen(here.desk.accept))
        await until(lambda: _sleeps(clock))
        await here.house.says("li", "hello")
        assert here.desk.told == []
        await clock.advance(listening.POLL)
        await here.desk.heard(1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_an_idle_is_renewed_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "IDLE", 0.1)
    async with scene() as here, here.desk.listening():
        await asyncio.sleep(0.35)
        await here.house.says("li", "hello")
        await here.desk.heard(1)
        assert here.desk.faults == []


FAULTS = [
    ({"mail": "450 4.7.1 slow down"}, TryLater, "450"),
    ({"mail": "550 5.7.1 go away"}, Refused, "550 5.7.1 go away"),
    ({"rcpt": {CUSTOMER: "451 4.7.1 greylisted"}}, TryLater, "greylisted"),
    (
        {"rcpt": {"cc@customer.example": "550 5.1.1 no such user"}},
        Refused,
        "cc@customer.example: 550 5.1.1 no such user",
    ),
    ({"data": "552 5.3.4 too big"}, Refused, "552"),
    ({"data": "421 4.3.2 closing"}, TryLater, "421"),
    ({"data": "554 5.7.1 spam"}, Refused, "spam"),
    ({"hangs_up": True}, OutcomeUnknown, "did not confirm"),
]


@pytest.mark.parametrize(("fault", "error", "word"), FAULTS, ids=lambda one: str(one)[:40])
async def test_each_no_says_what_to_do(fault: dict[str, Any], error: type[Exception], word: str) -> None:
    message = outbound(to=CUSTOMER, envelope=Envelope(cc=("cc@customer.example",)))
    async with scene() as here:
        for name, value in fault.items():
            setattr(here.house.smtp_faults, name, value)
        with pytest.raises(error, match=word):
            await here.send(message)
        assert here.house.sent == []
        here.house.smtp_faults.mail = here.house.smtp_faults.data = ""
        here.house.smtp_faults.rcpt.clear()
        here.house.smtp_faults.hangs_up = False
        await here.send(message)
        [sent] = here.house.sent
        assert sent.recipients == (CUSTOMER, "cc@customer.example")


async def test_silence_after_the_final_dot_is_an_unknown_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.email.smtp.ANSWER", 0.2)
    async with scene() as here:
        here.house.smtp_faults.silent = True
        with pytest.raises(OutcomeUnknown):
            await here.send(outbound(to=CUSTOMER))


async def test_a_wrong_password_stops_the_channel() -> None:
    async with scene() as here:
        here.desk.build(smtp_password="wrong")
        with pytest.raises(ChannelBroken, match="535") as broken:
            await here.desk.adapter.send(outbound(to=CUSTOMER))
        assert "`smtp_password`" in broken.value.hint
        assert "wrong" not in str(broken.value)


async def test_addresses_of_other_letters_need_a_server_that_takes_them() -> None:
    async with scene() as here:
        await here.send(outbound(to="用户@例子.example"))
        [sent] = here.house.sent
        assert sent.recipients == ("用户@xn--fsqu00a.example",)
        assert "To: 用户@xn--fsqu00a.example".encode() in sent.raw


async def test_a_bounce_fails_and_a_delay_does_not() -> None:
    async with scene() as here, here.desk.listening():
        sent = await here.send(outbound(to=CUSTOMER))
        here.house.bounce(action="delayed", status="4.4.1")
        await here.desk.heard(1)
        late = here.desk.told[0]
        assert isinstance(late, Signal)
        assert (late.name, late.facts["message"]) == ("delayed", sent)
        here.house.bounce()
        await here.desk.heard(2)
        [receipt] = here.desk.receipts
        assert (receipt.message, receipt.status) == (sent, Status.FAILED)
        assert "no such user" in receipt.reason
        assert receipt.sender.user == CUSTOMER


async def test_an_automatic_reply_is_no_persons_word() -> None:
    async with scene() as here, here.desk.listening():
        here.house.mailbox.deliver(here.house.letter("li", "on holiday", Auto_Submitted="auto-replied"))
        here.house.mailbox.deliver(
            here.house.letter("li", "from ourselves").replace(CUSTOMER.encode(), ADDRESS.encode())
        )
        await here.desk.heard(2)
    assert [said.automatic for said in here.desk.said] == [True, True]


async def test_a_hundred_thousand_copies_are_a_mail_like_any_other() -> None:
    copies = ",\r\n ".join(f"u{number}@customer.example" for number in range(100_000))
    async with scene() as here, here.desk.listening():
        here.house.mailbox.deliver(raw("many", more=f"Cc: {copies}\r\n"))
        await here.desk.heard(1)
    said = here.desk.said[0]
    assert said.envelope is not None
    assert 0 < len(said.envelope.cc) <= 200


async def test_its_settings_are_known_before_it_runs() -> None:
    port = free_port()
    house = build(tell=lambda _: None)
    house.url = f"http://127.0.0.1:{port}"
    before: dict[str, Any] = dict(house.settings())
    async with house.running(port):
        assert house.settings() == before
        desk = Desk(**before)
        assert [step.ok for step in await desk.adapter.probe()] == [True] * 5


async def test_what_the_terminal_can_do() -> None:
    async with scene() as here, here.desk.listening():
        said: list[str] = []
        here.house.tell = said.append
        await here.send(outbound(to="li@customer.example"))
        assert "正在抢修" in said[0]
        words = here.house.commands()
        await words["bounce"](["li"])
        await words["auto"](["li"])
        await here.desk.heard(2)
        await words["do"](["cut"])
        await here.house.says("li", "thanks")
        await here.desk.heard(3)
        last = here.desk.said[-1]
        assert last.envelope is not None
        assert last.envelope.conversation == CONVERSATION


async def _faults(here: Scene) -> bool:
    return bool(here.desk.faults)


async def _sleeps(clock: FakeClock) -> bool:
    return clock.sleepers > 0
