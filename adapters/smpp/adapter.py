"""SMPP 3.4 as a channel: bound as transceiver while it listens, and as transmitter where only sending is done."""

import asyncio

from adapters import carry
from adapters.contract import Accept, Adapter, Request, Step
from adapters.manifest import Manifest
from adapters.setup import Setup
from adapters.smpp import events, held, pdu
from adapters.smpp.inward import Inward
from adapters.smpp.line import Line, fault_of
from adapters.smpp.outward import Outward
from adapters.smpp.session import Account, BindRefused, Session
from hub.errors import HubError, Unverified
from hub.model import Inbound, Outbound, plain


class Smpp(Adapter):
    """One account at one message centre."""

    def __init__(self, setup: Setup, card: Manifest) -> None:
        self._setup = setup
        self._card = card
        words = setup.settings.get("stop_words")
        self._inbox = events.Inbox(
            id=setup.inbox, region=setup.text("region"), alphabet=setup.text("alphabet"),
            receipt_ids=setup.text("receipt_ids"),
            stop_words=tuple(map(str, words)) if isinstance(words, list) else (),
        )  # fmt: skip
        self._outward = Outward(setup, self._inbox, _account(setup))

    def verify(self, request: Request) -> None:
        """Refuse what did not come over a bind: nobody calls an SMPP inbox."""
        if request.method != "SMPP":
            raise Unverified("An SMPP inbox has no webhook", hint="Look at `host`: it connects by itself.")

    def parse(self, request: Request) -> list[Inbound]:
        """Read one deliver_sm by itself, as `yizhan parse` does; a piece of a long message is shown as it is."""
        message = pdu.read(request.body)
        if events.is_receipt(message):
            return events.receipt(self._inbox, message, at=request.at, raw=request.body)
        key = held.proof_of(request.body)
        return [events.said(self._inbox, [message], key=key, at=request.at, raw=request.body)]

    async def send(self, message: Outbound) -> str:
        """Submit the text, cut into as many short messages as it takes. Nothing is deduped at the centre."""
        carry.check(self._card, message)
        return await self._outward.send(message, plain(message.parts))

    async def listen(self, accept: Accept) -> None:
        """Stay bound as transceiver; what arrives is durable before the centre hears so. Raises when it cannot bind."""
        inward = Inward(self._setup, self._inbox, accept)
        line = Line(
            _account(self._setup), self._setup.clock, inbox=self._setup.inbox, deliver=inward.take, bound=inward.bound
        )
        self._outward.listening = line
        sweeping = asyncio.create_task(inward.sweep())
        try:
            await line.keep(give_up=True)
        except asyncio.CancelledError:
            self._outward.listening = None  # another process listens from now on
            raise
        finally:
            sweeping.cancel()
            await asyncio.gather(sweeping, return_exceptions=True)

    async def probe(self) -> list[Step]:
        """Bind as transmitter and leave again."""
        where = f"{self._setup.text('host')}:{self._setup.settings.get('port')}"
        try:
            session = await Session.open(_account(self._setup), receives=False)
        except (BindRefused, OSError, EOFError, TimeoutError, HubError) as error:
            fault = fault_of(error)
            return [Step(name="bind", ok=False, detail=f"{where}: {fault.message}", hint=fault.hint)]
        serving = asyncio.create_task(session.run())
        await session.close()
        await serving
        return [Step(name="bind", ok=True, detail=where)]


def _account(setup: Setup) -> Account:
    port, beat = setup.settings.get("port"), setup.settings.get("enquire_seconds")
    return Account(
        host=setup.text("host"), port=port if isinstance(port, int) else 2775, system_id=setup.text("system_id"),
        password=setup.text("password"), system_type=setup.text("system_type"), tls=setup.settings.get("tls") is True,
        enquire=float(beat) if isinstance(beat, int) else 30.0,
    )  # fmt: skip


def build(setup: Setup, card: Manifest) -> Smpp:
    """Make the adapter of one inbox."""
    return Smpp(setup, card)
