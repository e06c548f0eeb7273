"""WeChat customer service as a channel, for one account (open_kfid) of one company.

WeCom rings, `pull` fetches; answers leave by `send_msg` under an id made of ours, so that a repeat is refused there and
not shown twice. Our agents answer as the "assistant": a session that a colleague in WeCom took is theirs.
"""

import msgspec

from adapters import carry
from adapters.contract import Accept, Ack, Adapter, Request, Step
from adapters.manifest import Manifest
from adapters.setup import Setup
from adapters.wechat_kf import meanings
from adapters.wechat_kf.accounts import Accounts
from adapters.wechat_kf.callback import Callback
from adapters.wechat_kf.people import People
from adapters.wechat_kf.pulling import Puller
from adapters.wechat_kf.sending import Sending
from adapters.wechat_kf.sessions import Claims, Sessions, State
from adapters.wechat_kf.shelf import Shelf
from adapters.weixin.client import Client, TokenReply
from hub.errors import HubError, Unsupported
from hub.model import Bell, Inbound, Media, Outbound, Remote


class WechatKf(Adapter):
    """One inbox of the channel."""

    def __init__(self, setup: Setup, card: Manifest) -> None:
        self._setup = setup
        self._card = card
        account = setup.text("open_kfid")
        self._client = Client(setup, base=setup.text("api_url"), table=meanings.TABLE, fetch=self._token)
        self._callback = Callback(
            corp=setup.text("corp_id"), account=account, inbox=setup.inbox,
            keys=(setup.text("encoding_aes_key"), setup.text("encoding_aes_key_before")),
            tolerance=msgspec.convert(setup.settings.get("tolerance_seconds", 600), int),
        )  # fmt: skip
        self._puller = Puller(setup, self._client, People(self._client, setup.clock))
        self._shelf = Shelf(setup, self._client)
        self._accounts = Accounts(self._client, account)
        self.sessions = Sessions(self._client, account)
        self._claims = Claims(self.sessions, setup.clock)
        self._sending = Sending(setup, self._client, self.sessions, self._shelf)

    def challenge(self, request: Request) -> Ack | None:
        """Decrypt `echostr` when WeCom checks the address."""
        if request.method != "GET":
            return None
        return Ack(body=self._callback.echo(request.query, self._setup.text("token"), at=request.at))

    def verify(self, request: Request) -> None:
        """Check the signature over the envelope."""
        self._callback.check(request.query, request.body, self._setup.text("token"), at=request.at)

    def parse(self, request: Request) -> list[Inbound]:
        """Open the envelope and find the bell."""
        return [*self._callback.read(request.body)]

    async def pull(self, bell: Bell, accept: Accept) -> None:
        """Fetch what there is; then take the sessions of those who wrote, so that WeCom gives them to nobody else."""
        pulled = await self._puller.pull(bell, accept)
        for user in pulled.moved:
            self._claims.forget(user)
        for user in pulled.wrote if self._setup.settings.get("claim", True) else ():
            await self._claims.claim(user)

    async def listen(self, accept: Accept) -> None:
        """Ring ourselves when nobody rang for a while: at the start, and after bells that did not arrive."""
        clock = self._setup.clock
        pause = msgspec.convert(self._setup.settings.get("pull_seconds", 300), int)
        while True:
            if await self._puller.quiet_for(clock.now()) >= pause:
                await accept([self._callback.bell("", at=clock.now())])
            await clock.sleep(pause)

    async def send(self, message: Outbound) -> str:
        """Send one part, and return its id at WeCom."""
        carry.check(self._card, message)
        if len(message.parts) != 1:
            raise Unsupported("WeChat customer service takes one part a call", parts=len(message.parts))
        return await self._sending.send(message, message.parts[0])

    async def media(self, remote: Remote) -> Media:
        """Download a customer's file; WeCom keeps it for three days."""
        return await self._shelf.fetch(remote)

    async def probe(self) -> list[Step]:
        """Get a token, look for the account among the company's, and ask for messages without taking any."""
        steps = list[Step]()
        for name, look in (("token", self._have_token), ("account", self._accounts.find), ("messages", self._look)):
            try:
                steps.append(Step(name=name, ok=True, detail=await look()))
            except HubError as error:
                return [*steps, Step(name=name, ok=False, detail=error.message, hint=error.hint)]
        return steps

    async def figures(self) -> dict[str, str]:
        """Tell the account's name and how long ago messages were fetched."""
        quiet = await self._puller.quiet_for(self._setup.clock.now())
        fetched = {} if quiet == float("inf") else {"pulled_seconds_ago": str(int(quiet))}
        return {"account": await self._accounts.find(), **fetched}

    async def transfer(self, user: str, *, servicer: str = "") -> str:
        """Hand a customer to a colleague in WeCom, or to its queue; return the code for one message about it."""
        to = State.COLLEAGUE if servicer else State.QUEUED
        return await self.sessions.move(user, to, servicer=servicer)

    async def link(self, scene: str = "", param: str = "") -> str:
        """Return an address that opens this account's chat; both words come back when somebody enters by it."""
        return await self._accounts.link(scene, param)

    async def _token(self, client: Client, force: bool) -> TokenReply:
        """Ask for a token. WeCom gives the same one until it ends, and has no word to insist on another."""
        query = {"corpid": self._setup.text("corp_id"), "corpsecret": self._setup.text("app_secret")}
        return await client.open("/cgi-bin/gettoken", shape=TokenReply, query=query)

    async def _have_token(self) -> str:
        await self._client.token()
        return ""

    async def _look(self) -> str:
        await self._puller.look()
        return ""


def build(setup: Setup, card: Manifest) -> WechatKf:
    """Make the adapter of one inbox."""
    return WechatKf(setup, card)
