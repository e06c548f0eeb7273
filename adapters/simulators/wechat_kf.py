"""WeChat customer service as the hub meets it: rings an encrypted bell, hands out messages by cursor, keeps the rules.

Encrypts with wechatpy. Words of the terminal: `/enter USER [SCENE]`, `/image USER FILE`, `/voice USER FILE`,
`/file USER FILE`, `/menu USER ID LABEL`, `/recall USER MSGID`, `/colleague USER [WHO]`, `/end USER`, `/lost USER TYPE`,
`/mute`, `/expire`, `/check`.
"""

import asyncio
import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from wechatpy.enterprise.crypto import PrpCrypto, WeChatCrypto
from wechatpy.utils import WeChatSigner

from adapters.simulators.stage import Called, Command, Hook, Simulator, Tell
from adapters.simulators.wechat_kf_rules import BAD_VALUE, SIZES, WORDS, Desk, Got, Refusal
from hub.clock import Clock

TOKEN_LIFE = timedelta(hours=2)
BAD_SECRET, BAD_TOKEN, TOKEN_OVER, BAD_SIZE = 40001, 40014, 42001, 40006


class WechatKf(Simulator):
    """One account of one company; its rules are the `desk`'s. Muted, its bell does not ring."""

    name = "wechat_kf"

    def __init__(
        self, hook: str = "", *, tell: Tell = print, clock: Clock | None = None, corp_id: str = "ww0simulated0corp",
        app_secret: str = "simulated-kf-secret", open_kfid: str = "wkSimulatedAccount0001", token: str = "SimToken",  # noqa: S107
        encoding_aes_key: str = "kfSimulated0kfSimulated0kfSimulated0kfSimul", page: int = 1000, trap: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(hook, tell=tell, clock=clock)
        self.corp_id, self.app_secret, self.callback_token = corp_id, app_secret, token
        self.encoding_aes_key = encoding_aes_key
        self.desk = Desk(self.clock, open_kfid=open_kfid, page=int(page), trap=bool(int(trap)), tell=self._show)
        self.muted = False
        self.calls: list[str] = []
        self.refusing: dict[str, int] = {}
        """Calls (`kf/send_msg`) that are refused, each with its code."""
        self._token = ("", self.clock.now())
        self._crypto = WeChatCrypto(token, encoding_aes_key, corp_id)

    def settings(self) -> dict[str, str]:
        """Return what to enter in the inbox."""
        return {
            "corp_id": self.corp_id, "app_secret": self.app_secret, "open_kfid": self.desk.open_kfid,
            "token": self.callback_token, "encoding_aes_key": self.encoding_aes_key, "api_url": self.url,
        }  # fmt: skip

    def routes(self) -> list[web.RouteDef]:
        """Return the API."""
        desk = self.desk
        asked = {
            "kf/sync_msg": desk.sync, "kf/send_msg": desk.send, "kf/send_msg_on_event": desk.welcome,
            "kf/service_state/get": desk.state, "kf/service_state/trans": desk.move,
            "kf/customer/batchget": desk.customers, "kf/account/list": desk.accounts,
            "kf/add_contact_way": desk.link,
        }  # fmt: skip
        return [
            web.get("/cgi-bin/gettoken", self.faulty(self._gettoken)),
            web.post("/cgi-bin/media/upload", self.faulty(self._upload)),
            web.get("/cgi-bin/media/get", self.faulty(self._download)),
            *(web.post(f"/cgi-bin/{path}", self.faulty(self._call(path, does))) for path, does in asked.items()),
        ]

    # the customer's side

    async def says(self, user: str, text: str) -> Called:
        """Let a customer write."""
        return await self.sends(user, "text", {"content": text})

    async def sends(self, user: str, type_: str, content: Mapping[str, Any]) -> Called:
        """Let a customer send anything; it opens the window, and a session that is over begins anew."""
        self.desk.wrote(user)
        self.desk.add({"open_kfid": self.desk.open_kfid, "external_userid": user, "origin": 3, "msgtype": type_,
                       type_: content})  # fmt: skip
        return await self.ring()

    async def shows(self, user: str, type_: str, name: str, data: bytes) -> Called:
        """Let a customer send a file: `image`, `voice`, `video` or `file`."""
        return await self.sends(user, type_, {"media_id": self.desk.keep(name, data)})

    async def enters(self, user: str, scene: str = "", param: str = "") -> Called:
        """Let a customer open the chat; a welcome is due when there was neither one nor a message for 48 hours."""
        code = self.desk.entered(user)
        told = {"scene": scene, "scene_param": param, **({"welcome_code": code} if code else {})}
        return await self.happens(user, "enter_session", told)

    async def happens(self, user: str, type_: str, told: Mapping[str, Any]) -> Called:
        """Put an event among the messages and ring."""
        event = {"event_type": type_, "open_kfid": self.desk.open_kfid, "external_userid": user, **told}
        self.desk.add({"origin": 4, "msgtype": "event", "event": event})
        return await self.ring()

    async def loses(self, user: str, msgid: str, why: int) -> Called:
        """Tell that an answer which was taken did not arrive."""
        return await self.happens(user, "msg_send_fail", {"fail_msgid": msgid, "fail_type": why})

    async def ring(self) -> Called:
        """Ring the hub's bell, encrypted, unless muted."""
        if self.muted or not self.hook:
            return Called(status=0, tries=0)
        told = f"<Token><![CDATA[{self.desk.bell()}]]></Token><OpenKfId><![CDATA[{self.desk.open_kfid}]]></OpenKfId>"
        return await self.call(self.bell(told))

    def bell(self, told: str, corp: str = "") -> Hook:
        """Return a call with an encrypted event in it."""
        stamp, nonce = str(int(self.clock.now().timestamp() + self.faults.clock_skew)), str(secrets.randbelow(10**10))
        plain = (
            f"<xml><ToUserName><![CDATA[{corp or self.corp_id}]]></ToUserName><CreateTime>{stamp}</CreateTime>"
            f"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[kf_msg_or_event]]></Event>{told}</xml>"
        )
        sealed = str(PrpCrypto(self._crypto.key).encrypt(plain, self.corp_id).decode())
        body = f"<xml><ToUserName><![CDATA[{self.corp_id}]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
        query = urlencode({"msg_signature": self._sign(stamp, nonce, sealed), "timestamp": stamp, "nonce": nonce})
        return Hook(url=f"{self.hook}?{query}", headers={"Content-Type": "text/xml"}, body=body.encode())

    async def check(self) -> Called:
        """Check the hub's address as the console does."""
        word, stamp, nonce = secrets.token_hex(8), str(int(self.clock.now().timestamp())), "1372623149"
        sealed = str(PrpCrypto(self._crypto.key).encrypt(word, self.corp_id).decode())
        query = urlencode({"msg_signature": self._sign(stamp, nonce, sealed), "timestamp": stamp, "nonce": nonce,
                           "echostr": sealed})  # fmt: skip
        called = await self.call(Hook(method="GET", url=f"{self.hook}?{query}"))
        self.tell("address is good" if called.body == word.encode() else f"address is bad: {called.body!r}")
        return called

    def expire(self) -> None:
        """Let the access token end at once."""
        self._token = (self._token[0], self.clock.now())

    def commands(self) -> Mapping[str, Command]:
        """Return the words of the terminal."""
        return {"enter": self._say_enter, "image": self._say_file("image"), "voice": self._say_file("voice"),
                "file": self._say_file("file"), "menu": self._say_menu, "recall": self._say_recall,
                "colleague": self._say_colleague, "end": self._say_end, "lost": self._say_lost, "mute": self._say_mute,
                "expire": self._say_expire, "check": self._say_check}  # fmt: skip

    # the API

    async def _gettoken(self, request: web.Request) -> web.Response:
        if (request.query.get("corpid"), request.query.get("corpsecret")) != (self.corp_id, self.app_secret):
            return self.failure(BAD_SECRET)
        value, until = self._token
        if self.clock.now() >= until:
            value, until = secrets.token_urlsafe(24), self.clock.now() + TOKEN_LIFE
            self._token = (value, until)
        left = int((until - self.clock.now()).total_seconds())
        return web.json_response({"errcode": 0, "errmsg": "ok", "access_token": value, "expires_in": left})

    def _call(self, path: str, does: Any) -> Any:
        async def handle(request: web.Request) -> web.Response:
            self.calls.append(path)
            try:
                self._authorise(request)
                if path in self.refusing:
                    return self.failure(self.refusing[path])
                return web.json_response({"errcode": 0, "errmsg": "ok", **does(await request.json())})
            except Refusal as refusal:
                return self.failure(refusal.code)

        return handle

    def failure(self, code: int) -> web.Response:
        """Answer as WeCom does: 200, and a code."""
        return web.json_response({"errcode": code, "errmsg": f"{WORDS.get(code, 'simulated')}, hint: [1]"})

    def _authorise(self, request: web.Request) -> None:
        value, until = self._token
        if not value or request.query.get("access_token") != value:
            raise Refusal(BAD_TOKEN)
        if self.clock.now() >= until:
            raise Refusal(TOKEN_OVER)

    async def _upload(self, request: web.Request) -> web.Response:
        try:
            self._authorise(request)
        except Refusal as refusal:
            return self.failure(refusal.code)
        field, kind = (await request.post()).get("media"), request.query.get("type", "")
        if not isinstance(field, web.FileField) or kind not in SIZES:
            return self.failure(BAD_VALUE)
        data = field.file.read()
        if not 5 < len(data) <= SIZES[kind]:
            return self.failure(BAD_SIZE)
        return web.json_response({"errcode": 0, "errmsg": "ok", "type": kind, "media_id": self.desk.keep(kind, data)})

    async def _download(self, request: web.Request) -> web.Response:
        try:
            self._authorise(request)
            _, name, data = self.desk.file(request.query.get("media_id"))
        except Refusal as refusal:
            return self.failure(refusal.code)
        return web.Response(body=data, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    def _show(self, got: Got) -> None:
        self.tell(f"<- {got.to}: {json.dumps(got.content, ensure_ascii=False)}")

    def _sign(self, stamp: str, nonce: str, sealed: str) -> str:
        signer = WeChatSigner()
        signer.add_data(self.callback_token, stamp, nonce, sealed)
        return str(signer.signature)

    # the terminal

    def _say_file(self, type_: str) -> Command:
        async def say(words: list[str]) -> str:
            file = Path(words[1])
            data = await asyncio.to_thread(file.read_bytes)
            return f"hub answered {(await self.shows(words[0], type_, file.name, data)).status}"

        return say

    async def _say_enter(self, words: list[str]) -> str:
        return f"hub answered {(await self.enters(*words[:2])).status}"

    async def _say_menu(self, words: list[str]) -> str:
        user, id, *label = words
        return f"hub answered {(await self.sends(user, 'text', {'content': ' '.join(label), 'menu_id': id})).status}"

    async def _say_recall(self, words: list[str]) -> str:
        return f"hub answered {(await self.happens(words[0], 'user_recall_msg', {'recall_msgid': words[1]})).status}"

    async def _say_colleague(self, words: list[str]) -> str:
        person = self.desk.people[words[0]]
        person.state, person.servicer = 3, words[1] if len(words) > 1 else "zhangsan"
        told = {"change_type": 1, "new_servicer_userid": person.servicer}
        return f"hub answered {(await self.happens(words[0], 'session_status_change', told)).status}"

    async def _say_end(self, words: list[str]) -> str:
        self.desk.people[words[0]].state = 4
        return f"hub answered {(await self.happens(words[0], 'session_status_change', {'change_type': 3})).status}"

    async def _say_lost(self, words: list[str]) -> str:
        mine = [one.msgid for one in self.desk.got if one.to == words[0]]
        return f"hub answered {(await self.loses(words[0], mine[-1], int(words[1]))).status}"

    async def _say_mute(self, words: list[str]) -> str:
        self.muted = not self.muted
        return "the bell is muted" if self.muted else "the bell rings"

    async def _say_expire(self, words: list[str]) -> str:
        self.expire()
        return "the access token has ended"

    async def _say_check(self, words: list[str]) -> str:
        return f"hub answered {(await self.check()).status}"


def build(hook: str = "", **settings: Any) -> WechatKf:
    """Make the simulator."""
    return WechatKf(hook, **settings)
