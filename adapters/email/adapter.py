"""Mail as a channel: one mailbox that is listened to, or that mail servers hand mails to, and the way out by SMTP.

IMAP (listening), LMTP (server/lmtp.py), HTTP (a signed POST) -> arriving -> the hub
the hub -> composing -> sending -> SMTP
"""

import asyncio
from collections.abc import Sequence
from functools import partial

from adapters import carry
from adapters.contract import Accept, Adapter, Request, Step, Voice
from adapters.email import door
from adapters.email.account import CHANNEL, account, voice
from adapters.email.arriving import Arriving
from adapters.email.caps import Caps
from adapters.email.composing import Composed, blobs, compose
from adapters.email.identity import identity
from adapters.email.listening import Listening
from adapters.email.logins import Logins
from adapters.email.oauth import Consent
from adapters.email.probing import probe
from adapters.email.sending import Sending
from adapters.manifest import Manifest
from adapters.setup import Setup
from hub.errors import ChannelBroken, NotFound, Refused
from hub.model import Address, Bell, Inbound, Outbound

SOURCE = "http"


class Email(Adapter):
    """One mailbox."""

    def __init__(self, setup: Setup, card: Manifest) -> None:
        self._setup = setup
        self._card = card
        self.account = account(setup)
        self._consent = Consent(setup)
        self._logins = Logins(setup, self.account, self._consent.token, self._consent.refused)
        self._caps = Caps(setup, self.account.automatic_per_hour)
        self._arriving = Arriving(setup, self.account, self._caps)
        self._listening = Listening(setup, self.account, self._logins, self._arriving)
        self._sending = Sending(self.account, self._logins, self.account.domain)

    def verify(self, request: Request) -> None:
        """Check the signature over the raw mail."""
        door.check(request, self._setup.text("signing_secret"))

    def parse(self, request: Request) -> list[Inbound]:
        """Ring the bell for one mail: it is kept as it came, and read outside the provider's call (`pull`)."""
        raw = door.mail_of(request)
        sender = Address(channel=CHANNEL, user=self.account.address.lower())
        return [
            Bell(inbox=self._setup.inbox, provider_id=f"http:{identity(raw)}", sender=sender, sent_at=request.at,
                 source=SOURCE, raw=raw)
        ]  # fmt: skip

    async def pull(self, bell: Bell, accept: Accept) -> None:
        """Read the mail that a bell brought."""
        await accept(await self.arrived(bell.raw))

    def takes(self, recipient: str) -> bool:
        """Say whether a mail to this address (plus-address included) is for this mailbox."""
        return self.account.is_own(recipient)

    async def arrived(self, raw: bytes, recipients: Sequence[str] = ()) -> list[Inbound]:
        """Return what a mail means that a server handed over; files and raw form are kept. Raises `TryLater`."""
        return await self._arriving.take(raw, delivered_to=recipients)

    async def send(self, message: Outbound) -> str:
        """Send one mail, and return its Message-ID: the same at every attempt."""
        carry.check(self._card, message)
        if self.account.smtp is None:
            raise ChannelBroken("This inbox has no server to send by", hint="Set `smtp_host`.")
        mail = await self._composed(message)
        if message.automatic and not message.staff:
            await self._caps.spend(message.id, mail.recipients)
        await self._sending.send(mail)
        return mail.id

    async def listen(self, accept: Accept) -> None:
        """Stay in the mailbox until the connection is lost; an inbox without an IMAP server has nothing to hear."""
        if self.account.imap is not None:
            await self._listening.visit(accept)

    async def probe(self) -> list[Step]:
        """Log in on both sides."""
        return await probe(self.account, self._logins, self._sending)

    async def figures(self) -> dict[str, str]:
        """Tell whether the mailbox is connected, and how many loops were broken since the start."""
        return {"listening": self._listening.state, "loops": str(self._arriving.loops)}

    def consent_url(self, state: str, redirect: str) -> str:
        """Return Google's or Microsoft's page of consent."""
        return self._consent.url(state, redirect)

    async def redeem(self, code: str, redirect: str) -> dict[str, str]:
        """Return the refresh token."""
        return await self._consent.redeem(code, redirect)

    def voice(self, team: str, author: str) -> Voice:
        """Return the name and the signature of a team, or the inbox's own."""
        return voice(self._setup, team=team, author=author)

    async def close(self) -> None:
        """Close the connections that rest."""
        await self._sending.close()

    async def _composed(self, message: Outbound) -> Composed:
        keys = self._setup.keys
        if keys is None:
            raise ChannelBroken("Mail has no keys to sign with", inbox=self._setup.inbox)
        files = {hash: await self._file(hash) for hash in blobs(message)}
        speaks = self.voice(message.facts.get("team", ""), message.author)
        made = partial(compose, message, self.account, speaks, keys, files, at=self._setup.clock.now())
        return await asyncio.to_thread(made) if files else made()

    async def _file(self, hash: str) -> bytes:
        try:
            return await self._setup.lent_files.read(hash)
        except NotFound as error:
            raise Refused("A file of this message is gone", blob=hash) from error


def build(setup: Setup, card: Manifest) -> Email:
    """Make the adapter of one inbox."""
    return Email(setup, card)
