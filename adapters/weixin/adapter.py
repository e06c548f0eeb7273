"""What an Official Account and a mini-program's customer service have in common as channels."""

from abc import abstractmethod
from functools import cached_property

from adapters import carry
from adapters.contract import Ack, Adapter, Request, Step
from adapters.manifest import Manifest
from adapters.setup import Setup
from adapters.weixin import account, events, push
from adapters.weixin.client import Reply
from adapters.weixin.door import SUCCESS, Door
from adapters.weixin.events import Place
from adapters.weixin.files import Shelf
from adapters.weixin.pace import Pace
from adapters.weixin.writing import Payload, Writer
from hub.errors import HubError, Unsupported
from hub.model import Address, Inbound, Media, Outbound, Remote, Template

TYPING = "/cgi-bin/message/custom/typing"


class Weixin(Adapter):
    """One account. `pace` is how often it may show that somebody types."""

    pace = (1, 15.0)

    def __init__(self, setup: Setup, card: Manifest) -> None:
        self._setup = setup
        self._card = card
        self._door = Door(setup)
        self._client = account.client(setup)
        self._writer = Writer(self._client, lambda: self._shelf)
        self._typed = Pace(*self.pace)

    @cached_property
    def _shelf(self) -> Shelf:
        return Shelf(self._client, self._setup.lent_files)

    def verify(self, request: Request) -> None:
        """Check the signatures and the envelope."""
        self._door.verify(request)

    def challenge(self, request: Request) -> Ack | None:
        """Answer WeChat's check of the address."""
        return self._door.challenge(request)

    def ack(self, request: Request) -> Ack:
        """Say `success`: anything else shows the customer that the account is out of order."""
        return Ack(body=SUCCESS)

    def parse(self, request: Request) -> list[Inbound]:
        """Read one push; what lay in the envelope is kept as its raw form."""
        raw = self._door.inside(request)
        return events.inbounds(push.read(raw), Place(inbox=self._setup.inbox, channel=self._card.name, raw=raw))

    async def send(self, message: Outbound) -> str:
        """Send one part as a customer-service message, or a template; WeChat gives an id to templates only."""
        carry.check(self._card, message)
        if len(message.parts) != 1:
            raise Unsupported("WeChat takes one part in a message", parts=len(message.parts))
        (part,) = message.parts
        if isinstance(part, Template):
            return await self.templated(part, message) or message.id
        payload = {"touser": message.to.user, **self.extra(), **await self.payload(message)}
        await self._client.ask(account.SEND, payload, shape=Reply, once=True)
        return message.id

    async def payload(self, message: Outbound) -> Payload:
        """Return the words of the message's part, its files handed over before."""
        return await self._writer.payload(message.parts[0])

    def extra(self) -> Payload:
        """Return what goes with every message."""
        return {}

    @abstractmethod
    async def templated(self, part: Template, message: Outbound) -> str:
        """Send a registered text, and return WeChat's id of it."""

    async def media(self, remote: Remote) -> Media:
        """Fetch a file; WeChat keeps it for three days."""
        return await self._shelf.fetch(remote)

    async def typing(self, to: Address, on: bool) -> None:
        """Show that somebody types, as often as WeChat allows; taking it back is left to the message that follows."""
        if not on or not self._typed.may(to.user, self._setup.clock.monotonic()):
            return
        try:
            await self._client.ask(
                "/cgi-bin/message/custom/typing", {"touser": to.user, "command": "Typing"}, shape=Reply
            )
        except HubError:
            return  # a hint only: WeChat refuses it more than 30 s after the customer's last message

    async def probe(self) -> list[Step]:
        """Get a token, and make a harmless call with it."""
        return await account.probe(self._client)

    async def figures(self) -> dict[str, str]:
        """Return how many messages may still be sent today."""
        return await account.figures(self._client)
