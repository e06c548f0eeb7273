"""Weibo as the hub meets it: signs and pushes, keeps windows, refuses bad tokens and too many calls.

Words of the terminal: `/image USER FILE`, `/voice USER FILE`, `/place USER LONGITUDE LATITUDE`, `/mention USER TEXT`,
`/event USER follow|unfollow|subscribe|unsubscribe|scan|scan_follow|click|view [KEY]`, `/check`, `/token`.
"""

import asyncio
import hashlib
import json
import secrets
import zlib
from collections import defaultdict, deque
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from msgspec import Struct

from adapters.simulators.stage import Called, Command, Hook, Simulator, Tell
from hub.clock import Clock

CHINA = timezone(timedelta(hours=8))
WINDOW = timedelta(hours=48)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
OPENING = frozenset(
    {"text", "image", "voice", "position", "follow", "subscribe", "scan", "scan_follow", "click", "view"}
)
NO_SUCH_TOKEN, TOKEN_OVER, TOO_MANY, BAD_VALUE, NO_RIGHT, NO_FILE = 21332, 21327, 10023, 10017, 20301, 20101
"""Codes; that a closed window is 20301 is this simulator's guess, the manual names none."""


class Fan(Struct, kw_only=True):
    """One person: until when they can be answered, and how often (None is without limit)."""

    until: datetime | None = None
    left: int | None = None
    follows: bool = True


class Replied(Struct, frozen=True, kw_only=True):
    """One answer that Weibo took."""

    to: str
    type: str
    data: dict[str, Any]


class Weibo(Simulator):
    """One verified account. `calls` is how many replies an hour may have."""

    name = "weibo"

    def __init__(
        self, hook: str = "", *, tell: Tell = print, clock: Clock | None = None, uid: str = "1902538057",
        app_secret: str = "simulated-weibo-secret", access_token: str = "simulated-weibo-token",  # noqa: S107
        calls: int = 1000,
    ) -> None:  # fmt: skip
        super().__init__(hook, tell=tell, clock=clock)
        self.uid, self.app_secret, self.access_token, self.calls = uid, app_secret, access_token, int(calls)
        self.token_until = self.clock.now() + timedelta(days=30)
        self.fans: dict[str, Fan] = defaultdict(Fan)
        self.files: dict[str, bytes] = {}
        self.replies: list[Replied] = []
        self._taken: deque[datetime] = deque()

    def settings(self) -> dict[str, str]:
        """Return what to enter in the inbox."""
        return {
            "uid": self.uid, "app_secret": self.app_secret, "access_token": self.access_token,
            "messages_url": f"{self.url}/2", "media_url": f"{self.url}/2", "open_url": self.url,
        }  # fmt: skip

    def routes(self) -> list[web.RouteDef]:
        """Return the three calls that the hub makes."""
        return [
            web.post("/2/messages/reply.json", self.faulty(self._reply)),
            web.get("/2/mss/msget", self.faulty(self._file)),
            web.post("/oauth2/get_token_info", self.faulty(self._token_info)),
        ]

    def failure(self, code: int) -> web.Response:
        """Answer as Weibo does: the HTTP status says little."""
        return web.json_response({"request": "/2", "error_code": code, "error": "simulated"}, status=400)

    async def says(self, user: str, text: str) -> Called:
        """Let somebody write."""
        return await self.push(user, "text", text, {})

    async def shows(self, user: str, type_: str, content: bytes) -> Called:
        """Let somebody send a picture (`image`) or a voice (`voice`)."""
        id = str(zlib.crc32(content) + 1)
        self.files[id] = content
        return await self.push(user, type_, "分享图片", {"vfid": int(id) + 7, "tovfid": int(id)})

    async def happens(self, user: str, subtype: str, key: str = "") -> Called:
        """Let somebody follow, leave, scan or press."""
        data = {"subtype": subtype, **({"key": key} if key else {})}
        return await self.push(user, "event", "事件消息", data)

    async def push(self, user: str, type_: str, text: str, data: Mapping[str, Any]) -> Called:
        """Push one thing, signed, as often as Weibo would."""
        self._happened(user, str(data.get("subtype", "")) if type_ == "event" else type_)
        body = {
            "type": type_, "receiver_id": int(self.uid), "sender_id": id_of(user), "created_at": self._date(),
            "text": text, "data": data,
        }  # fmt: skip
        raw = json.dumps(body, ensure_ascii=False).encode()
        return await self.call(Hook(url=self.signed(), headers={"Content-Type": "application/json"}, body=raw))

    async def check(self) -> Called:
        """Check the hub's address as the console does: the hub must say the word back."""
        word = secrets.token_hex(8)
        called = await self.call(Hook(method="GET", url=self.signed(echostr=word)))
        self.tell("address is good" if called.body == word.encode() else f"address is bad: {called.body!r}")
        return called

    def signed(self, **more: str) -> str:
        """Return the hub's address with a fresh signature."""
        moment = self.clock.now().timestamp() + self.faults.clock_skew
        stamp, nonce = str(int(moment * 1000)), str(secrets.randbelow(10**9))
        words = sorted([self.app_secret, stamp, nonce])
        proof = hashlib.sha1("".join(words).encode(), usedforsecurity=False).hexdigest()
        return f"{self.hook}?{urlencode({'signature': proof, 'timestamp': stamp, 'nonce': nonce, **more})}"

    def commands(self) -> Mapping[str, Command]:
        """Return the words of the terminal."""
        return {"image": self._say_file("image"), "voice": self._say_file("voice"), "place": self._say_place,
                "mention": self._say_mention, "event": self._say_event, "check": self._say_check,
                "token": self._say_token}  # fmt: skip

    async def _reply(self, request: web.Request) -> web.Response:
        form = await request.post()
        refused = self._token_fault(str(form.get("access_token", ""))) or self._rate_fault()
        if refused:
            return self.failure(refused)
        user, type_ = str(form.get("receiver_id", "")), str(form.get("type", ""))
        try:
            data = json.loads(str(form.get("data", "")))
        except ValueError:
            return self.failure(BAD_VALUE)
        if not _well_formed(type_, data):
            return self.failure(BAD_VALUE)
        if not self._spend(user):
            return self.failure(NO_RIGHT)
        self.replies.append(Replied(to=user, type=type_, data=data))
        self.tell(f"<- {user}: {json.dumps(data, ensure_ascii=False)}")
        return web.json_response({"result": True, "receiver_id": user, "sender_id": self.uid, "type": type_})

    async def _file(self, request: web.Request) -> web.Response:
        refused = self._token_fault(request.query.get("access_token", ""))
        content = self.files.get(request.query.get("fid", ""))
        if refused or content is None:
            return self.failure(refused or NO_FILE)
        return web.Response(body=content, content_type="application/octet-stream")

    async def _token_info(self, request: web.Request) -> web.Response:
        form = await request.post()
        refused = self._token_fault(str(form.get("access_token", "")))
        if refused:
            return self.failure(refused)
        left = int((self.token_until - self.clock.now()).total_seconds())
        return web.json_response({"uid": int(self.uid), "appkey": "1", "scope": None, "expire_in": left})

    def _token_fault(self, given: str) -> int:
        if given != self.access_token:
            return NO_SUCH_TOKEN
        return TOKEN_OVER if self.clock.now() >= self.token_until else 0

    def _rate_fault(self) -> int:
        now = self.clock.now()
        while self._taken and now - self._taken[0] >= timedelta(hours=1):
            self._taken.popleft()
        if len(self._taken) >= self.calls:
            return TOO_MANY
        self._taken.append(now)
        return 0

    def _happened(self, user: str, what: str) -> None:
        fan = self.fans[str(id_of(user))]
        if what in OPENING:
            fan.until, fan.left = self.clock.now() + WINDOW, None
        if what == "mention" and (fan.until is None or fan.until < self.clock.now()):
            fan.until, fan.left = self.clock.now() + WINDOW, 1
        if what in ("follow", "scan_follow", "unfollow"):
            fan.follows = what != "unfollow"

    def _spend(self, user: str) -> bool:
        fan = self.fans[user]
        if not fan.follows or fan.until is None or self.clock.now() > fan.until or fan.left == 0:
            return False
        if fan.left is not None:
            fan.left -= 1
        return True

    def _date(self) -> str:
        now = self.clock.now().astimezone(CHINA)
        return f"{DAYS[now.weekday()]} {MONTHS[now.month - 1]} {now:%d %H:%M:%S} +0800 {now.year}"

    def _say_file(self, type_: str) -> Command:
        async def say(words: list[str]) -> str:
            content = await asyncio.to_thread(Path(words[1]).read_bytes)
            return f"hub answered {(await self.shows(words[0], type_, content)).status}"

        return say

    async def _say_place(self, words: list[str]) -> str:
        data = {"longitude": words[1], "latitude": words[2]}
        return f"hub answered {(await self.push(words[0], 'position', '我在这里', data)).status}"

    async def _say_mention(self, words: list[str]) -> str:
        data = {"subtype": "status", "key": str(secrets.randbelow(10**16))}
        return f"hub answered {(await self.push(words[0], 'mention', ' '.join(words[1:]), data)).status}"

    async def _say_event(self, words: list[str]) -> str:
        user, subtype, *key = words
        return f"hub answered {(await self.happens(user, subtype, *key)).status}"

    async def _say_check(self, words: list[str]) -> str:
        return f"hub answered {(await self.check()).status}"

    async def _say_token(self, words: list[str]) -> str:
        self.token_until = self.clock.now()
        return "the access token has ended"


def id_of(user: str) -> int:
    """Return a person's number: the number itself, or one made of a name."""
    return int(user) if user.isdecimal() else 5_000_000_000 + zlib.crc32(user.encode())


def _well_formed(type_: str, data: Any) -> bool:
    """Say whether an answer is as the manual wants it."""
    if not isinstance(data, dict):
        return False
    match type_:
        case "text":
            text = data.get("text")
            return isinstance(text, str) and 0 < sum(1 if letter.isascii() else 2 for letter in text) < 600
        case "position":
            return all(isinstance(data.get(word), str) for word in ("longitude", "latitude"))
        case "articles":
            items = data.get("articles")
            words = ("display_name", "summary", "image", "url")
            return (
                isinstance(items, list)
                and 0 < len(items) <= 8
                and all(item.get(word) for item in items for word in words)
            )
        case _:
            return False


def build(hook: str = "", **settings: Any) -> Weibo:
    """Make the simulator."""
    return Weibo(hook, **settings)
