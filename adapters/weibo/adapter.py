"""Weibo's fan service as a channel, for one verified account.

The answer to a push is always empty: what Weibo calls a passive answer would have to be written inside the webhook,
before anything is stored. Answers leave by the reply call.
"""

from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlencode

import msgspec
from aiohttp import ClientError, ClientTimeout, InvalidURL
from msgspec import Struct

from adapters import carry
from adapters.contract import Ack, Adapter, Request, Step
from adapters.http import LARGEST, Answer, post
from adapters.manifest import Manifest
from adapters.setup import Setup
from adapters.weibo import meanings, push, reply, signature
from hub.errors import ChannelBroken, HubError, Refused, TryLater
from hub.model import Inbound, Media, Outbound, Remote

LARGEST_FILE = 20 * 1024 * 1024
PATIENCE = ClientTimeout(total=60, sock_connect=5)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ENDINGS: dict[Literal["image", "audio", "video", "file"], str] = {"image": "jpg", "audio": "amr"}


class TokenInfo(Struct, frozen=True, kw_only=True):
    """What Weibo tells about a token: whose it is and how many seconds it has left."""

    uid: int | str = ""
    expire_in: int = 0


class Weibo(Adapter):
    """One inbox of the channel."""

    def __init__(self, setup: Setup, card: Manifest) -> None:
        self._setup = setup
        self._card = card
        self._tolerance = msgspec.convert(setup.settings.get("tolerance_seconds", 600), int)
        self._uid = setup.text("uid")

    def challenge(self, request: Request) -> Ack | None:
        """Give `echostr` back when Weibo checks the address."""
        if request.method != "GET":
            return None
        self.verify(request)
        return Ack(body=request.query.get("echostr", "").encode())

    def verify(self, request: Request) -> None:
        """Check the signature over time and nonce. The body is in no proof, so the address must stay secret."""
        signature.check(request.query, self._setup.text("app_secret"), at=request.at, tolerance=self._tolerance)

    def parse(self, request: Request) -> list[Inbound]:
        """Read one push."""
        return push.read(request.body, inbox=self._setup.inbox, uid=self._uid)

    async def send(self, message: Outbound) -> str:
        """Make the reply call. Weibo gives its messages no id, so ours stands for it."""
        carry.check(self._card, message)
        content = reply.render(message.parts, picture=self._setup.text("card_image"))
        form = {
            "access_token": self._setup.text("access_token"),
            "type": content.type,
            "data": content.data,
            "receiver_id": message.to.user,
            "save_sender_box": "1" if self._setup.settings.get("save_sent", True) else "0",
        }
        url = f"{self._setup.text('messages_url')}/messages/reply.json"
        answer = await post(self._setup.http, url, urlencode(form).encode(), FORM, setting="messages_url")
        meanings.expect(answer, at=self._now())
        return message.id

    async def media(self, remote: Remote) -> Media:
        """Fetch a picture or a voice by our copy's id."""
        query = {"access_token": self._setup.text("access_token"), "fid": remote.ref}
        answer = await self._get(f"{self._setup.text('media_url')}/mss/msget", query, limit=LARGEST_FILE)
        meanings.expect(answer, at=self._now())
        name = remote.name or f"{remote.ref}.{ENDINGS.get(remote.kind, 'bin')}"
        return await self._setup.lent_files.keep(answer.body, name=name, limit=LARGEST_FILE)

    async def probe(self) -> list[Step]:
        """Ask Weibo whose token it is and how long it holds."""
        try:
            info = await self._token_info()
        except HubError as error:
            return [Step(name="token", ok=False, detail=error.message, hint=error.hint)]
        told = Step(name="token", ok=True, detail=f"{timedelta(seconds=max(info.expire_in, 0))} left")
        same = str(info.uid) == self._uid
        whose = Step(name="account", ok=same, detail=f"the token is of {info.uid}", hint="" if same else
                     "Compare `uid` with the account that `access_token` was given to.")  # fmt: skip
        return [told, whose]

    async def figures(self) -> dict[str, str]:
        """Tell when the token ends."""
        info = await self._token_info()
        return {"token_expires": (self._now() + timedelta(seconds=info.expire_in)).isoformat(timespec="minutes")}

    async def _token_info(self) -> TokenInfo:
        url = f"{self._setup.text('open_url')}/oauth2/get_token_info"
        body = urlencode({"access_token": self._setup.text("access_token")}).encode()
        answer = await post(self._setup.http, url, body, FORM, setting="open_url")
        meanings.expect(answer, at=self._now())
        try:
            return msgspec.json.decode(answer.body, type=TokenInfo)
        except ValueError as error:
            raise TryLater("Weibo's answer about the token cannot be read", hint="Look at `open_url`.") from error

    async def _get(self, url: str, query: dict[str, str], *, limit: int) -> Answer:
        """Fetch once. The address holds the token, so what aiohttp says of it is not passed on."""
        fault: HubError
        try:
            async with self._setup.http.get(url, params=query, allow_redirects=False, timeout=PATIENCE) as response:
                headers = {name.lower(): value for name, value in response.headers.items()}
                pieces = bytearray()
                async for piece in response.content.iter_chunked(LARGEST):
                    pieces += piece
                    if len(pieces) > limit:
                        raise Refused("The file is larger than it may be", limit=limit)
                return Answer(status=response.status, headers=headers, body=bytes(pieces))
        except InvalidURL:
            fault = ChannelBroken("That is no address to fetch from", hint="Look at `media_url`.")
        except (TimeoutError, ClientError) as error:
            fault = TryLater("Weibo's file server does not answer", fault=type(error).__name__)
        raise fault from None

    def _now(self) -> datetime:
        return self._setup.clock.now()


def build(setup: Setup, card: Manifest) -> Weibo:
    """Make the adapter of one inbox."""
    return Weibo(setup, card)
