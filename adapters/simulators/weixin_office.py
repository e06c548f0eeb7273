"""The back office of an account at WeChat: templates, codes to scan, tags, remarks, followers, quota."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web
from msgspec import json

from adapters.simulators.weixin_rules import OK, Calls, Refusal

TEMPLATE, NOTICE = "T-REPAIR", "N-WATER"
"""The account's only template message and only notice."""
Act = Callable[[web.Request], Awaitable[Any]]


class Office:
    """Keeps what an account's people enter."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self.tags: dict[int, tuple[str, set[str]]] = {}
        self.remarks: dict[str, str] = {}
        self.codes: dict[str, Any] = {}

    @property
    def posts(self) -> Mapping[str, Act]:
        """Return the calls that POST, by path."""
        return {
            "/cgi-bin/openapi/quota/get": self._quota, "/cgi-bin/qrcode/create": self._qrcode,
            "/cgi-bin/tags/create": self._new_tag, "/cgi-bin/tags/members/batchtagging": self._tag,
            "/cgi-bin/tags/members/batchuntagging": self._untag, "/cgi-bin/user/info/updateremark": self._remark,
        }  # fmt: skip

    @property
    def gets(self) -> Mapping[str, Act]:
        """Return the calls that GET, by path."""
        return {
            "/cgi-bin/getcallbackip": self._servers, "/cgi-bin/tags/get": self._tags,
            "/cgi-bin/template/get_all_private_template": self._templates, "/wxaapi/newtmpl/gettemplate": self._notices,
            "/cgi-bin/user/info": self._user,
        }  # fmt: skip

    async def _quota(self, request: web.Request) -> Any:
        path = json.decode(await request.read())["cgi_path"]
        used = self._calls.made[path]
        return {**OK, "quota": {"daily_limit": self._calls.most, "used": used, "remain": self._calls.most - used}}

    async def _servers(self, request: web.Request) -> Any:
        return {"ip_list": ["127.0.0.1", "127.0.0.2"]}

    async def _qrcode(self, request: web.Request) -> Any:
        asked = json.decode(await request.read())
        ticket = secrets.token_urlsafe(24)
        self.codes[ticket] = asked
        answer = {"ticket": ticket, "url": f"http://weixin.qq.com/q/{ticket}"}
        return {**answer, "expire_seconds": asked["expire_seconds"]} if "expire_seconds" in asked else answer

    async def _tags(self, request: web.Request) -> Any:
        return {"tags": [{"id": id, "name": name, "count": len(who)} for id, (name, who) in self.tags.items()]}

    async def _new_tag(self, request: web.Request) -> Any:
        name = json.decode(await request.read())["tag"]["name"]
        if any(name == known for known, _ in self.tags.values()):
            raise Refusal(45157, "invalid tag name")
        id = 100 + len(self.tags)
        self.tags[id] = (name, set())
        return {"tag": {"id": id, "name": name}}

    async def _tag(self, request: web.Request) -> Any:
        asked = json.decode(await request.read())
        self._tagged(asked["tagid"]).update(asked["openid_list"])
        return OK

    async def _untag(self, request: web.Request) -> Any:
        asked = json.decode(await request.read())
        self._tagged(asked["tagid"]).difference_update(asked["openid_list"])
        return OK

    def _tagged(self, id: int) -> set[str]:
        if id not in self.tags:
            raise Refusal(45159, "invalid tag id")
        return self.tags[id][1]

    async def _remark(self, request: web.Request) -> Any:
        asked = json.decode(await request.read())
        self.remarks[asked["openid"]] = asked["remark"]
        return OK

    async def _user(self, request: web.Request) -> Any:
        user = request.query["openid"]
        tags = [id for id, (_, who) in self.tags.items() if user in who]
        return {
            "subscribe": 1, "openid": user, "language": "zh_CN", "subscribe_time": 1795161600,
            "unionid": f"union-{user}", "remark": self.remarks.get(user, ""), "tagid_list": tags,
            "subscribe_scene": "ADD_SCENE_QR_CODE", "qr_scene": 0, "qr_scene_str": "",
        }  # fmt: skip

    async def _templates(self, request: web.Request) -> Any:
        text = "{{first.DATA}}\n地址：{{keyword1.DATA}}\n时间：{{keyword2.DATA}}"
        return {"template_list": [{"template_id": TEMPLATE, "title": "报修进度提醒", "content": text}]}

    async def _notices(self, request: web.Request) -> Any:
        text = "通知：{{thing1.DATA}}\n时间：{{time2.DATA}}"
        return {**OK, "data": [{"priTmplId": NOTICE, "title": "来水通知", "content": text, "type": 2}]}
