"""Twilio on this machine: its REST API for messages, webhooks signed by Twilio's own library, status callbacks.

It keeps what people's STOP does (21610), counts messages a second (20429) and fails on request.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode

from aiohttp import BasicAuth, web
from msgspec import Struct
from twilio.request_validator import HMAC_SHA256, RequestValidator

from adapters.simulators.stage import Called, Command, Hook, Simulator
from adapters.simulators.telephone import number_of

ACCOUNT = "AC" + "0" * 31 + "1"
TOKEN = "simulated-twilio-auth-token"  # noqa: S105  # a simulator's
NUMBER = "+14155550100"
STOPS = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
STARTS = {"START", "UNSTOP", "YES"}
STATUSES = ("sent", "delivered")
KINDS = {".png": "image/png", ".jpg": "image/jpeg", ".gif": "image/gif", ".mp3": "audio/mpeg", ".mp4": "video/mp4"}


class Sms(Struct, frozen=True, kw_only=True):
    """One message that the hub asked Twilio to send."""

    sid: str
    to: str
    body: str
    media: tuple[str, ...]
    callback: str
    form: Mapping[str, str]


class Twilio(Simulator):
    """One account with one number. `advanced`: Advanced Opt-Out is on, so webhooks say `OptOutType`."""

    name: ClassVar[str] = "twilio"
    patience: ClassVar[float] = 15.0
    tries: ClassVar[int] = 2

    def __init__(
        self, hook: str = "", *, advanced: str = "true", per_second: str = "50", shared_key: str = "", **stage: Any
    ) -> None:
        super().__init__(hook, **stage)
        self.advanced = advanced == "true"
        self.per_second = int(per_second)
        self.shared_key = shared_key
        self.shared_secret = "simulated-twilio-shared-secret"  # noqa: S105
        self.sent: list[Sms] = []
        self.stopped: set[str] = set()
        self.unreachable: set[str] = set()
        self.called: list[Called] = []
        self._files: dict[str, Path] = {}
        self._lately: deque[float] = deque()
        self._callbacks: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.RouteDef]:
        """Return the parts of Twilio's API that the hub uses."""
        account = f"/2010-04-01/Accounts/{ACCOUNT}"
        return [
            web.post(f"{account}/Messages.json", self.faulty(self._create)),
            web.get(f"{account}/Balance.json", self.faulty(self._balance)),
            web.get(f"{account}.json", self.faulty(self._account)),
            web.get(f"{account}/Messages/{{sid}}/Media/{{name}}", self._media),
            web.get("/cdn/{name}", self._cdn),
        ]

    def settings(self) -> dict[str, str]:
        """Return what to enter in the inbox."""
        shared = {"shared_key_id": self.shared_key, "shared_key_secret": self.shared_secret}
        return {
            "account_sid": ACCOUNT, "auth_token": TOKEN, "from_number": NUMBER, "api_url": self.url,
            **(shared if self.shared_key else {}),
        }  # fmt: skip

    async def says(self, user: str, text: str) -> Called:
        """Let somebody write a text; STOP and START change what may be sent to them."""
        number, word = number_of(user, "+1415555"), text.strip().upper()
        told: dict[str, str] = {}
        if word in STOPS | STARTS | {"HELP"}:
            kind = "STOP" if word in STOPS else "START" if word in STARTS else "HELP"
            told = {"OptOutType": kind} if self.advanced else {}
            if kind != "HELP":
                (self.stopped.add if kind == "STOP" else self.stopped.discard)(number)
                self.tell(f"<- Twilio itself to {number}: you are {'unsubscribed' if kind == 'STOP' else 'back'}")
        return await self.posts({**self._incoming(number), "Body": text, **told})

    async def shows(self, user: str, file: Path, text: str = "") -> Called:
        """Let somebody send a file."""
        name = f"ME{secrets.token_hex(16)}"
        self._files[name] = file
        fields = {**self._incoming(number_of(user, "+1415555")), "Body": text, "NumMedia": "1"}
        fields["MediaUrl0"] = f"{self.url}/2010-04-01/Accounts/{ACCOUNT}/Messages/{fields['MessageSid']}/Media/{name}"
        fields["MediaContentType0"] = KINDS.get(file.suffix.lower(), "application/octet-stream")
        return await self.posts(fields)

    async def posts(self, fields: Mapping[str, str], to: str = "") -> Called:
        """Call the hub with a form, signed by Twilio's own library."""
        answered = await self.call(self.signed(fields, to or self.hook))
        self.called.append(answered)
        return answered

    def signed(self, fields: Mapping[str, str], url: str) -> Hook:
        """Return the call with its proof."""
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
        if self.shared_key:
            validator, algorithm = RequestValidator(self.shared_secret), HMAC_SHA256
            headers["X-Twilio-Webhooks-Signature-Settings"] = f"key={self.shared_key},algorithm={HMAC_SHA256}"
        else:
            validator, algorithm = RequestValidator(TOKEN), None
        headers["X-Twilio-Signature"] = validator.compute_signature(url, dict(fields), algorithm)
        return Hook(url=url, headers=headers, body=urlencode(fields).encode())

    def commands(self) -> Mapping[str, Command]:
        """Return the further words of the terminal."""

        async def image(words: list[str]) -> str:
            """`/image USER FILE`: a picture message."""
            return f"hub answered {(await self.shows(words[0], Path(words[1]))).status}"

        async def place(words: list[str]) -> str:
            """`/place USER LATITUDE LONGITUDE`: a place."""
            fields = {**self._incoming(number_of(words[0], "+1415555")), "Body": "", "Latitude": words[1]}
            return f"hub answered {(await self.posts({**fields, 'Longitude': words[2]})).status}"

        async def gone(words: list[str]) -> str:
            """`/gone USER`: what is sent there from now on is not delivered."""
            self.unreachable.add(number_of(words[0], "+1415555"))
            return "unreachable"

        return {"image": image, "place": place, "gone": gone}

    def failure(self, code: int) -> web.Response:
        """Answer with an error code of Twilio's."""
        return web.json_response(
            {"code": code, "message": "simulated", "status": 429 if code == 20429 else 400},
            status=429 if code == 20429 else 400,
        )

    async def _create(self, request: web.Request) -> web.StreamResponse:
        if not _authorised(request):
            return web.json_response({"code": 20003, "message": "Authenticate", "status": 401}, status=401)
        if self._too_fast():
            return self.failure(20429)
        form = {name: values for name, values in parse_qs(await request.text()).items()}
        message = Sms(
            sid=f"SM{secrets.token_hex(16)}", to=form["To"][0], body=form.get("Body", [""])[0],
            media=tuple(form.get("MediaUrl", ())), callback=form.get("StatusCallback", [""])[0],
            form={name: values[0] for name, values in form.items()},
        )  # fmt: skip
        if message.to in self.stopped:
            return self.failure(21610)
        if not message.to.startswith("+"):
            return self.failure(21211)
        self.sent.append(message)
        self.tell(f"<- to {message.to}: {message.body} {' '.join(message.media)}")
        if message.callback:
            task = asyncio.create_task(self._reports(message))
            self._callbacks.add(task)
            task.add_done_callback(self._callbacks.discard)
        return web.json_response({"sid": message.sid, "status": "queued", "error_code": None}, status=201)

    async def _reports(self, message: Sms) -> None:
        gone = message.to in self.unreachable
        for status in ("sent", "undelivered") if gone else STATUSES:
            told = {"ErrorCode": "30003"} if status == "undelivered" else {}
            fields = {"MessageSid": message.sid, "SmsSid": message.sid, "MessageStatus": status, "SmsStatus": status}
            await self.posts(
                {**fields, "To": message.to, "From": NUMBER, "AccountSid": ACCOUNT, **told, "ApiVersion": "2010-04-01"},
                message.callback,
            )

    async def _account(self, request: web.Request) -> web.StreamResponse:
        if not _authorised(request):
            return web.json_response({"code": 20003, "message": "Authenticate", "status": 401}, status=401)
        return web.json_response({"sid": ACCOUNT, "friendly_name": "Simulated", "status": "active"})

    async def _balance(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"account_sid": ACCOUNT, "balance": "7.25", "currency": "USD"})

    async def _media(self, request: web.Request) -> web.StreamResponse:
        """Answer as Twilio does: with a redirect to a store that knows no key."""
        if not _authorised(request):
            return web.Response(status=401)
        elsewhere = self.url.replace("127.0.0.1", "localhost")
        raise web.HTTPTemporaryRedirect(f"{elsewhere}/cdn/{request.match_info['name']}")

    async def _cdn(self, request: web.Request) -> web.StreamResponse:
        file = self._files.get(request.match_info["name"])
        if "Authorization" in request.headers:
            return web.Response(status=400, text="Only one auth mechanism allowed")
        if file is None:
            return web.Response(status=404)
        return web.Response(body=await asyncio.to_thread(file.read_bytes))

    def _incoming(self, number: str) -> dict[str, str]:
        sid = f"SM{secrets.token_hex(16)}"
        return {
            "ToCountry": "US", "SmsMessageSid": sid, "NumMedia": "0", "SmsSid": sid, "SmsStatus": "received",
            "FromCity": "", "FromCountry": "US", "To": NUMBER, "NumSegments": "1", "MessageSid": sid,
            "AccountSid": ACCOUNT, "From": number, "ApiVersion": "2010-04-01",
        }  # fmt: skip

    def _too_fast(self) -> bool:
        now = self.clock.monotonic()
        while self._lately and self._lately[0] <= now - 1:
            self._lately.popleft()
        self._lately.append(now)
        return len(self._lately) > self.per_second


def build(hook: str = "", **settings: str) -> Twilio:
    """Make the simulator; settings: `advanced`, `per_second`, `shared_key`."""
    return Twilio(hook, **settings)


def _authorised(request: web.Request) -> bool:
    try:
        given = BasicAuth.decode(request.headers.get("Authorization", ""))
    except ValueError:
        return False
    return (given.login, given.password) == (ACCOUNT, TOKEN)
