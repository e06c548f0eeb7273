"""The adapter: it repeats what the provider of the test says."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import ClientError

from adapters.contract import Accept, Ack, Adapter, Request, Step, TemplateCard
from adapters.lent import Token
from hub.errors import ChannelBroken, Malformed, OutcomeUnknown, Refused, TryLater, Unverified
from hub.model import Address, Bell, Image, Inbound, Media, Notice, Outbound, Part, Remote, Said, Text, plain

if TYPE_CHECKING:
    from adapters.manifest import Manifest
    from adapters.setup import Setup


class Parrot(Adapter):
    """One inbox of it."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.url = setup.text("provider_url")

    def challenge(self, request: Request) -> Ack | None:
        """Echo, as WeChat and Meta want it."""
        echo = request.query.get("echostr") if request.method == "GET" else None
        return Ack(body=echo.encode(), content_type="text/html; charset=utf-8") if echo is not None else None

    def verify(self, request: Request) -> None:
        """The key is in the query."""
        if request.query.get("key") != self.setup.text("key"):
            raise Unverified("The key is wrong", hint="Compare `key`.")

    def parse(self, request: Request) -> list[Inbound]:
        """A bell, a file, or words."""
        try:
            said: dict[str, Any] = msgspec.json.decode(request.body, type=dict)
        except ValueError as error:
            raise Malformed("Not a parrot's words") from error
        sender, at, inbox = Address(channel="parrot", user=said["user"]), request.at, self.setup.inbox
        if "bell" in said:
            return [Bell(inbox=inbox, provider_id=said["bell"], sender=sender, sent_at=at, source="mail", token="t")]
        parts: tuple[Part, ...] = (Text(body=said["text"]),) if "text" in said else ()
        if "odd" in said:
            parts = (Notice(code="unsupported", facts={"type": said["odd"]}),)
        if "file" in said:
            parts = (Remote(kind="image", ref=said["file"], name="p.png"),)
        return [Said(inbox=inbox, provider_id=said["id"], sender=sender, sent_at=at, parts=parts, raw=request.body)]

    def ack(self, request: Request) -> Ack:
        """What it wants to hear."""
        return Ack(body=b"success")

    async def send(self, message: Outbound) -> str:
        """Post it."""
        status, body = await self._call("POST", "/send", {"id": message.id, "text": plain(message.parts)})
        match status:
            case 200:
                return str(msgspec.json.decode(body)["id"])
            case 401:
                raise ChannelBroken("The parrot rejects our key", hint="Renew `key`.")
            case 400:
                raise Refused("The parrot refuses")
            case _:
                raise TryLater("The parrot sleeps")

    async def listen(self, accept: Accept) -> None:
        """Stay on the line; every line is a message."""
        try:
            async with self.setup.http.get(f"{self.url}/line") as line:
                async for word in line.content:
                    id, _, text = word.decode().strip().partition(" ")
                    await accept([self._said(id, text)])
        except ClientError as error:
            raise TryLater("The line is dead") from error

    async def pull(self, bell: Bell, accept: Accept) -> None:
        """Fetch from where the mark is."""
        begin = int(await self.setup.lent_marks.get("cursor") or 0)
        _, body = await self._call("GET", f"/waiting?after={begin}")
        words: list[str] = msgspec.json.decode(body)
        await accept([self._said(f"pulled-{begin + number}", word) for number, word in enumerate(words)])
        await self.setup.lent_marks.set("cursor", str(begin + len(words)))

    async def media(self, remote: Remote) -> Media:
        """Fetch a picture with a token."""
        token = await self.setup.lent_tokens.get("access", self._token)
        status, body = await self._call("GET", f"/file/{remote.ref}?token={token}")
        if status == 403:
            await self.setup.lent_tokens.refused("access", token)
            raise TryLater("The token is over", after=timedelta(milliseconds=10))
        if status == 404:
            raise Refused("It is gone")
        kept = await self.setup.lent_files.keep(body, name=remote.name, limit=1_000_000)
        assert isinstance(kept, Image)
        return kept

    async def probe(self) -> list[Step]:
        """Knock."""
        status, _ = await self._call("GET", "/ping")
        return [Step(name="key", ok=status == 200, detail=str(status), hint="Renew `key`.")]

    async def typing(self, to: Address, on: bool) -> None:
        """Tell."""
        await self._call("POST", "/typing", {"to": to.user, "on": on})

    async def templates(self) -> list[TemplateCard]:
        """One."""
        return [TemplateCard(id="T1", title="Bill", body="You owe {sum}", variables=("sum",))]

    async def figures(self) -> dict[str, str]:
        """How often it was asked."""
        status, body = await self._call("GET", "/figures")
        return {"quota": body.decode()} if status == 200 else {}

    def consent_url(self, state: str, redirect: str) -> str:
        """Where one agrees."""
        return f"{self.url}/agree?state={state}&redirect_uri={redirect}"

    async def redeem(self, code: str, redirect: str) -> dict[str, str]:
        """Exchange it."""
        if code != "good":
            raise Refused("The code is no good")
        return {"refresh_token": f"refresh for {redirect}"}

    async def _token(self) -> Token:
        _, body = await self._call("GET", "/token")
        return Token(value=body.decode(), expires_at=self.setup.clock.now() + timedelta(hours=2))

    async def _call(self, method: str, path: str, json: object = None) -> tuple[int, bytes]:
        try:
            async with self.setup.http.request(method, self.url + path, json=json) as answer:
                return answer.status, await answer.read()
        except ClientError as error:
            if method == "POST" and "Connect" not in type(error).__name__:
                raise OutcomeUnknown("No answer") from error
            raise TryLater("The parrot is away") from error

    def _said(self, id: str, text: str) -> Said:
        sender = Address(channel="parrot", user="bird")
        at = self.setup.clock.now()
        return Said(inbox=self.setup.inbox, provider_id=id, sender=sender, sent_at=at, parts=(Text(body=text),))


def build(setup: Setup, card: Manifest) -> Parrot:
    """Make the adapter."""
    return Parrot(setup)
