"""Twilio as a channel: signed webhooks in, its REST API out (by its own library, through the hub's one door)."""

from typing import Any

from twilio.rest import Client

from adapters import carry
from adapters.contract import Ack, Adapter, Request, Step
from adapters.manifest import Manifest
from adapters.setup import Setup
from adapters.twilio import events, form, media, signature
from adapters.twilio.door import Door
from hub.errors import ChannelBroken, HubError, Unverified
from hub.model import Attachment, Inbound, Media, Outbound, Remote, plain

ANSWER = Ack(body=b'<?xml version="1.0" encoding="UTF-8"?><Response/>', content_type="text/xml")


class Twilio(Adapter):
    """One number or messaging service."""

    def __init__(self, setup: Setup, card: Manifest) -> None:
        self._setup = setup
        self._card = card
        words = setup.settings.get("stop_words")
        self._inbox = events.Inbox(
            id=setup.inbox, answers_stop=bool(setup.settings.get("answers_stop", True)),
            stop_words=tuple(map(str, words)) if isinstance(words, list) else (),
        )  # fmt: skip

    def verify(self, request: Request) -> None:
        """Check the signature over the public address and the body, and that it is this account's event."""
        signature.check(request, self._setup)
        told = form.fields(request).get("AccountSid", "")
        if told and told != self._setup.text("account_sid"):
            raise Unverified("The event is of another account", hint="Compare `account_sid` with Twilio's console.")

    def parse(self, request: Request) -> list[Inbound]:
        """Read one event. `MessageSid` (with the status, for a receipt) is its identity."""
        return events.read(self._inbox, form.fields(request), at=request.at, raw=request.body)

    def ack(self, request: Request) -> Ack:
        """Answer with TwiML that says nothing; without it Twilio logs a warning for each message."""
        return ANSWER

    async def send(self, message: Outbound) -> str:
        """Create one message. Twilio has no idempotency key, so silence is an unknown outcome."""
        carry.check(self._card, message)
        made: Any = await self._client.messages.create_async(to=message.to.user, **self._content(message))
        return str(made.sid)

    async def media(self, remote: Remote) -> Media:
        """Fetch a file of a picture message."""
        return await media.fetch(self._setup, remote)

    async def probe(self) -> list[Step]:
        """Fetch the account, which proves address, account and token."""
        try:
            account: Any = await self._client.api.accounts(self._setup.text("account_sid")).fetch_async()
        except HubError as error:
            return [Step(name="account", ok=False, detail=error.message, hint=error.hint)]
        steps = [
            Step(name="account", ok=account.status == "active", detail=f"{account.friendly_name}: {account.status}")
        ]
        if not self._sender:
            steps.append(Step(name="sender", ok=False, hint="Set `from_number` or `messaging_service_sid`."))
        return steps

    async def figures(self) -> dict[str, str]:
        """Return the balance of the account."""
        told: Any = await self._client.balance.fetch_async()
        return {"balance": f"{told.balance} {told.currency}"}

    @property
    def _sender(self) -> dict[str, str]:
        service, number = self._setup.text("messaging_service_sid"), self._setup.text("from_number")
        if service:
            return {"messaging_service_sid": service}
        return {"from_": number} if number else {}

    @property
    def _client(self) -> Any:
        """Make the library's client; made for each call, so that the token stays where no log shows it."""
        setup = self._setup
        client: Any = Client(
            setup.text("account_sid"), setup.text("auth_token"), http_client=Door(setup.http, setup.clock)
        )
        client.api.base_url = setup.text("api_url").rstrip("/")
        return client

    def _content(self, message: Outbound) -> dict[str, Any]:
        if not self._sender:
            raise ChannelBroken("Nobody to send from", hint="Set `from_number` or `messaging_service_sid`.")
        files = [part for part in message.parts if isinstance(part, Attachment)]
        words = plain(tuple(part for part in message.parts if not isinstance(part, Attachment)))
        content: dict[str, Any] = dict(self._sender)
        if words:
            content["body"] = words
        if files:
            content["media_url"] = [self._setup.lent_files.link(part) for part in files]
        if self._setup.base_url:
            content["status_callback"] = self._setup.hook
        return content


def build(setup: Setup, card: Manifest) -> Twilio:
    """Make the adapter of one inbox."""
    return Twilio(setup, card)
