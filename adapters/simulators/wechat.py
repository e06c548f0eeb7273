"""WeChat as the hub meets it: signs and seals pushes, tries three times, keeps windows, quotas, tokens and files.

The words of its terminal are in `weixin_terminal.py`.
"""

import asyncio
import secrets
import zlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from aiohttp import web
from msgspec import Struct, json

from adapters.simulators import weixin_push
from adapters.simulators import weixin_terminal as terminal
from adapters.simulators.stage import Called, Command, Hook, Simulator, Tell
from adapters.simulators.weixin_office import NOTICE, TEMPLATE, Office
from adapters.simulators.weixin_push import Account
from adapters.simulators.weixin_rules import OK, Calls, File, Refusal, Tokens, Windows
from hub.clock import Clock

MOST_TEXT = 2048
"""Bytes of a text."""
SIZES = {"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "thumb": 64 << 10}
TYPING_SHOWN = timedelta(seconds=15)
Act = Callable[[web.Request], Awaitable[Any]]


class Sent(Struct, frozen=True, kw_only=True):
    """One message that reached a customer."""

    to: str
    type: str
    what: dict[str, Any]


class WeChat(Simulator):
    """One service account. `calls` is how often each call may be made in a day."""

    name = "wechat"
    windows_of: ClassVar[dict[str, tuple[int, int]]] = {
        "message": (172_800, 5), "menu": (60, 3), "follow": (60, 3), "scan": (60, 3),
    }  # fmt: skip
    takes: ClassVar[frozenset[str]] = frozenset(
        {"text", "image", "voice", "video", "music", "news", "msgmenu", "miniprogrampage"}
    )
    notice_path: ClassVar[str] = "/cgi-bin/message/subscribe/bizsend"

    def __init__(
        self, hook: str = "", *, tell: Tell = print, clock: Clock | None = None, app_id: str = "wx0123456789abcdef",
        app_secret: str = "simulatedwechatsecret0123456789a", token: str = "simulatedtoken",  # noqa: S107
        key: str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", mode: str = "encrypted", form: str = "xml",
        calls: int = 500_000,
    ) -> None:  # fmt: skip
        super().__init__(hook, tell=tell, clock=clock)
        self.account = Account(app_id=app_id, app_secret=app_secret, token=token, key=key, mode=mode, form=form)
        self.tokens = Tokens()
        self.windows = Windows(self.windows_of)
        self.calls = Calls(int(calls))
        self.files: dict[str, File] = {}
        self.sent: list[Sent] = []
        self.allowed = True
        self.typed: dict[str, Any] = {}
        self.office = Office(self.calls)
        self._results: set[asyncio.Task[Called]] = set()
        self._seen: dict[tuple[str, str], int] = {}

    def settings(self) -> dict[str, str]:
        """Return what to enter in the inbox."""
        account = self.account
        return {
            "app_id": account.app_id, "app_secret": account.app_secret, "token": account.token,
            "encoding_aes_key": account.key, "mode": "plain" if account.mode == "plain" else "encrypted",
            "api_url": self.url,
        }  # fmt: skip

    def routes(self) -> list[web.RouteDef]:
        """Return the calls that the hub makes."""
        posts: Mapping[str, Act] = {
            "/cgi-bin/message/custom/send": self._send, "/cgi-bin/message/custom/typing": self._typing,
            "/cgi-bin/media/upload": self._upload, "/cgi-bin/message/template/send": self._template,
            self.notice_path: self._notice, **self.office.posts,
        }  # fmt: skip
        gets: Mapping[str, Act] = {"/cgi-bin/media/get": self._get, **self.office.gets}
        return [
            web.post("/cgi-bin/stable_token", self.faulty(self._stable)),
            web.get("/cgi-bin/token", self.faulty(self._token)),
            *(web.post(path, self.faulty(self._guarded(act))) for path, act in posts.items()),
            *(web.get(path, self.faulty(self._guarded(act))) for path, act in gets.items()),
        ]

    # -- the customer's side -------------------------------------------------------------------------------------

    async def says(self, user: str, text: str) -> Called:
        """Let a customer write something."""
        return await self.message(user, "text", Content=text)

    async def message(self, user: str, kind: str, **words: Any) -> Called:
        """Let a customer send a message of any kind; it opens the window of 48 hours."""
        self.windows.open(user, "message", self.clock.now())
        number = secrets.randbelow(2**62) + 1
        return await self.push(self.words(user, kind, **words, MsgId=number))

    async def event(self, user: str, event: str, why: str = "", **words: Any) -> Called:
        """Let something happen; `why` is the window that it opens."""
        if why:
            self.windows.open(user, why, self.clock.now())
        return await self.push(self.words(user, "event", Event=event, **words))

    async def file(self, user: str, kind: str, data: bytes, type_: str, **words: Any) -> Called:
        """Let a customer send a file, which is kept for three days."""
        return await self.message(user, kind, MediaId=self.keep(f"{kind}.bin", type_, data), **words)

    async def choose(self, user: str, number: str) -> Called:
        """Let a customer tap an answer of our last menu: it counts as a menu's click and opens no 48 hours."""
        menus = [one.what["msgmenu"] for one in self.sent if one.to == user and one.type == "msgmenu"]
        if not menus:
            raise ValueError("no menu was sent to them")
        label = next(item["content"] for item in menus[-1]["list"] if item["id"] == number)
        self.windows.open(user, "menu", self.clock.now())
        words = self.words(user, "text", Content=label, bizmsgmenuid=number, MsgId=secrets.randbelow(2**62) + 1)
        return await self.push(words)

    def words(self, user: str, kind: str, **words: Any) -> dict[str, Any]:
        """Return a push before it is signed."""
        created = int(self.clock.now().timestamp() + self.faults.clock_skew)
        return {"ToUserName": self.account.name, "FromUserName": user, "CreateTime": created, "MsgType": kind, **words}

    async def push(self, words: Mapping[str, Any]) -> Called:
        """Call the hub with a push, three times at most; anything but `success` is shown to the customer as a fault."""
        called = await self.call(self.signed(words))
        if called.status != 200 or called.body not in (b"success", b""):
            self.tell(f"   {words['FromUserName']} sees: 该公众号暂时无法提供服务，请稍后再试")
        return called

    def signed(self, words: Mapping[str, Any]) -> Hook:
        """Return the call with its signatures."""
        seconds = int(self.clock.now().timestamp() + self.faults.clock_skew)
        return weixin_push.hook(self.hook, self.account, words, seconds)

    async def check_address(self) -> bool:
        """Ask the hub to prove that the address is its own."""
        word = str(secrets.randbelow(10**19))
        seconds = int(self.clock.now().timestamp() + self.faults.clock_skew)
        called = await self.call(weixin_push.question(self.hook, self.account, word, seconds))
        return called.status == 200 and called.body == word.encode()

    def keep(self, name: str, type_: str, data: bytes) -> str:
        """Keep a file, and return its id."""
        id = secrets.token_urlsafe(32)
        self.files[id] = File(name=name, type=type_, data=data, at=self.clock.now())
        return id

    async def settled(self) -> None:
        """Return when the results of templates have been told."""
        while self._results:
            await asyncio.gather(*self._results)

    # -- the API ---------------------------------------------------------------------------------------------------

    def _guarded(self, act: Act) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Check token and quota before a call, and answer as WeChat does."""

        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                self.tokens.check(request.query.get("access_token", ""), self.clock.now())
                self.calls.count(request.path)
                answer = await act(request)
            except Refusal as no:
                return web.json_response({"errcode": no.code, "errmsg": no.words})
            return answer if isinstance(answer, web.StreamResponse) else web.json_response(answer)

        return handle

    async def _stable(self, request: web.Request) -> web.StreamResponse:
        asked = json.decode(await request.read())
        return self._issued(asked["appid"], asked["secret"], force=bool(asked.get("force_refresh")))

    async def _token(self, request: web.Request) -> web.StreamResponse:
        """Give a token the old way: each ends the one before."""
        self.tokens.lose()
        return self._issued(request.query["appid"], request.query["secret"], force=False)

    def _issued(self, app_id: str, secret: str, *, force: bool) -> web.Response:
        if not self.allowed:
            return web.json_response({"errcode": 40164, "errmsg": "invalid ip 127.0.0.1, not in whitelist"})
        if app_id != self.account.app_id:
            return web.json_response({"errcode": 40013, "errmsg": "invalid appid"})
        if secret != self.account.app_secret:
            return web.json_response({"errcode": 40125, "errmsg": "invalid appsecret"})
        try:
            token = self.tokens.stable(self.clock.now(), force=force)
        except Refusal as no:
            return web.json_response({"errcode": no.code, "errmsg": no.words})
        left = int((token.until - self.clock.now()).total_seconds())
        return web.json_response({"access_token": token.value, "expires_in": left})

    async def _send(self, request: web.Request) -> Any:
        said = json.decode(await request.read())
        user, kind = said["touser"], said["msgtype"]
        if kind not in self.takes:
            raise Refusal(40008, "invalid message type")
        self._content(kind, said[kind])
        self.windows.spend(user, self.clock.now())
        self.typed.pop(user, None)
        self.sent.append(Sent(to=user, type=kind, what={kind: said[kind]}))
        self.tell(f"<- {user} gets {kind}: {said[kind]}")
        return OK

    def _content(self, kind: str, what: Mapping[str, Any]) -> None:
        """Refuse what is empty, too long, or names a file that is gone."""
        if kind == "text" and not what["content"]:
            raise Refusal(44004, "empty content")
        if kind == "text" and len(what["content"].encode()) > MOST_TEXT:
            raise Refusal(45002, "content size out of limit")
        for id in (value for name, value in what.items() if name.endswith("media_id")):
            if id not in self.files or self.files[id].gone(self.clock.now()):
                raise Refusal(40007, "invalid media_id")

    async def _typing(self, request: web.Request) -> Any:
        asked = json.decode(await request.read())
        user, now = asked["touser"], self.clock.now()
        if asked["command"] not in ("Typing", "CancelTyping"):
            raise Refusal(45072, "invalid command")
        if not self.windows.wrote(user, now, 30):
            raise Refusal(45080, "need sending message to user in recent 30 seconds")
        if asked["command"] == "Typing" and now - self.typed.get(user, now - TYPING_SHOWN) < TYPING_SHOWN:
            raise Refusal(45081, "already in the Typing status")
        self.typed[user] = now
        self.tell(f"<- {user} sees that somebody types")
        return OK

    async def _upload(self, request: web.Request) -> Any:
        kind = request.query.get("type", "")
        file = (await request.post()).get("media")
        if kind not in SIZES or not isinstance(file, web.FileField):
            raise Refusal(40004, "invalid media type")
        data = file.file.read()
        if not data or len(data) > SIZES[kind]:
            raise Refusal(40006, "invalid media size")
        id = self.keep(file.filename, file.content_type, data)
        at = int(self.clock.now().timestamp())
        return {"type": kind, "thumb_media_id" if kind == "thumb" else "media_id": id, "created_at": at}

    async def _get(self, request: web.Request) -> Any:
        id = request.query.get("media_id", "")
        file = self.files.get(id)
        if file is None or file.gone(self.clock.now()):
            raise Refusal(40007, "invalid media_id")
        if file.type.startswith("video/") and "raw" not in request.query:
            return {"video_url": f"{self.url}{request.path_qs}&raw=1"}
        named = {"Content-Disposition": f'attachment; filename="{file.name}"'}
        return web.Response(body=file.data, content_type=file.type, headers=named)

    async def _template(self, request: web.Request) -> Any:
        said = json.decode(await request.read())
        again = (said["touser"], said.get("client_msg_id") or secrets.token_hex(8))
        if again in self._seen:
            return {**OK, "msgid": self._seen[again]}
        self._shown(said, "template")
        number = self._seen[again] = zlib.crc32(f"{again}{len(self.sent)}".encode())
        self._later(self.words(said["touser"], "event", Event="TEMPLATESENDJOBFINISH", MsgID=number, Status="success"))
        return {**OK, "msgid": number}

    async def _notice(self, request: web.Request) -> Any:
        said = json.decode(await request.read())
        number = 10**18 + zlib.crc32(f"{said['touser']}{len(self.sent)}".encode())
        self._shown(said, "notice")
        told = {"TemplateId": said["template_id"], "MsgID": str(number), "ErrorCode": "0", "ErrorStatus": "success"}
        sent = {"List": told} if self.account.form == "json" else {"SubscribeMsgSentEvent": {"List": told}}
        self._later(self.words(said["touser"], "event", Event="subscribe_msg_sent_event", **sent))
        return {**OK, "msgid": number}

    def _shown(self, said: Mapping[str, Any], kind: str) -> None:
        if said["template_id"] not in (TEMPLATE, NOTICE):
            raise Refusal(40037, "invalid template_id")
        self.sent.append(Sent(to=said["touser"], type=kind, what=dict(said)))
        self.tell(f"<- {said['touser']} gets {kind} {said['template_id']}: {said['data']}")

    def _later(self, words: Mapping[str, Any]) -> None:
        """Tell the hub a result, after the answer."""
        task = asyncio.create_task(self.push(words))
        self._results.add(task)
        task.add_done_callback(self._results.discard)

    def commands(self) -> Mapping[str, Command]:
        """Return the words of the terminal."""
        return terminal.words(self)


def build(hook: str = "", **settings: Any) -> WeChat:
    """Make the simulator; settings are those of the class, as text."""
    return WeChat(hook, **settings)
