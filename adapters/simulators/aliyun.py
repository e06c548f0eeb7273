"""Aliyun SMS on this machine: it checks ACS3 signatures, limits numbers, and calls the hub for 700 ms, four times."""

import hashlib
import hmac
import itertools
import json
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote

from aiohttp import web

from adapters.simulators.gateway import Gateway
from adapters.simulators.stage import Called

KEY, SECRET, SIGN = "simulatedkeyid", "simulated-access-key-secret", "临安供水"
TOLERANCE = timedelta(minutes=15)
TEMPLATES: Mapping[str, tuple[str, str]] = {
    "SMS_100001": ("停水通知", "您所在的${area}将于${time}停水，请提前储水。"),
    "SMS_100002": ("验证码", "您的验证码是${code}，5分钟内有效。"),
    "SMS_100003": ("优惠活动", "${name}，本月节水有礼，拒收请回复R"),
}
PROOF = re.compile(r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})")


class Aliyun(Gateway):
    """One account with one signature and three templates."""

    name: ClassVar[str] = "aliyun"
    patience: ClassVar[float] = 0.7
    tries: ClassVar[int] = 4

    def __init__(self, hook: str = "", **given: Any) -> None:
        super().__init__(hook, **given)
        self._numbers = itertools.count(secrets.randbelow(10**9))

    def routes(self) -> list[web.RouteDef]:
        """Return the API: one path, the action is a header."""
        return [web.post("/", self.faulty(self._act))]

    def settings(self) -> dict[str, str]:
        """Return what to enter in the inbox."""
        return {
            "access_key_id": KEY, "access_key_secret": SECRET, "sign_name": SIGN, "hook_secret": self.hook_secret,
            "api_url": self.url, "extend_code": "07",
        }  # fmt: skip

    async def says(self, user: str, text: str) -> Called:
        """Let somebody answer (SmsUp)."""
        return await self.posts(json.dumps([self.reply(user, text)], ensure_ascii=False).encode())

    def reply(self, user: str, text: str) -> dict[str, Any]:
        """Return one reply as Aliyun tells it."""
        return {
            "phone_number": self.person(user), "send_time": self.stamp(), "content": text, "dest_code": "1069000007",
            "sequence_id": next(self._numbers), "sign_name": SIGN,
        }  # fmt: skip

    def failure(self, code: int) -> web.Response:
        """Answer with one of Aliyun's codes by a number of our own: 1 limit, 2 throttled, 3 no money, 4 template."""
        codes = {1: "isv.BUSINESS_LIMIT_CONTROL", 2: "Throttling.User", 3: "isv.AMOUNT_NOT_ENOUGH"}
        return self._refused(codes.get(code, "isv.SMS_TEMPLATE_ILLEGAL"))

    async def _act(self, request: web.Request) -> web.StreamResponse:
        if fault := await self._unproved(request):
            return web.json_response({"Code": fault, "Message": "simulated", "RequestId": "R"}, status=400)
        match request.headers["x-acs-action"]:
            case "SendSms":
                return self._send(dict(request.query))
            case "QuerySmsTemplateList":
                return self._templates(int(request.query["PageIndex"]), int(request.query["PageSize"]))
            case _:
                return web.json_response({"Code": "InvalidAction.NotFound"}, status=404)

    async def _unproved(self, request: web.Request) -> str:
        """Return what is wrong with the proof, written from Aliyun's manual and not from our signing."""
        found = PROOF.fullmatch(request.headers.get("authorization", ""))
        if not found:
            return "IncompleteSignature"
        key, names, given = found.groups()
        if key != KEY:
            return "InvalidAccessKeyId.NotFound"
        told = datetime.strptime(request.headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        if abs(self.now - told) > TOLERANCE:
            return "InvalidTimeStamp.Expired"
        nonce = request.headers["x-acs-signature-nonce"]
        if nonce in self.nonces:
            return "SignatureNonceUsed"
        self.nonces.add(nonce)
        body = hashlib.sha256(await request.read()).hexdigest()
        pairs = sorted(parse_qsl(request.url.raw_query_string, keep_blank_values=True))
        query = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in pairs)
        lines = [f"{name}:{request.headers[name].strip()}" for name in names.split(";")]
        text = "\n".join(["POST", "/", query, *lines, "", names, body])
        asked = "ACS3-HMAC-SHA256\n" + hashlib.sha256(text.encode()).hexdigest()
        right = hmac.new(SECRET.encode(), asked.encode(), "sha256").hexdigest()
        return "" if body == request.headers["x-acs-content-sha256"] and right == given else "SignatureDoesNotMatch"

    def _send(self, asked: dict[str, str]) -> web.Response:
        number = asked["PhoneNumbers"]
        if fault := self._illegal(asked, number):
            return self._refused(fault)
        biz = f"{secrets.randbelow(10**18):018d}^0"
        self.sent.append({**asked, "BizId": biz})
        self.tell(f"<- to {number}: 【{asked['SignName']}】{asked['TemplateCode']} {asked.get('TemplateParam', '')}")
        self.later(self.reports(number, biz, asked.get("OutId", "")))
        return web.json_response({"Code": "OK", "Message": "OK", "BizId": biz, "RequestId": "R"})

    def _illegal(self, asked: dict[str, str], number: str) -> str:
        known = TEMPLATES.get(asked["TemplateCode"])
        if known is None:
            return "isv.SMS_TEMPLATE_ILLEGAL"
        if asked["SignName"] != SIGN:
            return "isv.SMS_SIGNATURE_ILLEGAL"
        if set(re.findall(r"\$\{(\w+)\}", known[1])) - set(json.loads(asked.get("TemplateParam", "{}"))):
            return "isv.TEMPLATE_MISSING_PARAMETERS"
        if not re.fullmatch(r"1[0-9]{10}", number):
            return "isv.MOBILE_NUMBER_ILLEGAL"
        return "" if self.within_limits(number) else "isv.BUSINESS_LIMIT_CONTROL"

    async def reports(self, number: str, biz: str, out: str) -> Called:
        """Tell what became of a message (SmsReport)."""
        fault = "MOBILE_IN_BLACK" if number in self.blacklist else "UNDELIV" if number in self.unreachable else ""
        told = {
            "phone_number": number, "send_time": self.stamp(), "report_time": self.stamp(), "success": not fault,
            "err_code": fault or "DELIVERED", "err_msg": "" if fault else "用户接收成功", "sms_size": "1",
            "biz_id": biz, "out_id": out,
        }  # fmt: skip
        return await self.posts(json.dumps([told], ensure_ascii=False).encode())

    def _templates(self, page: int, size: int) -> web.Response:
        rows = [
            {"TemplateCode": id, "TemplateName": name, "TemplateContent": text, "AuditStatus": "AUDIT_STATE_PASS"}
            for id, (name, text) in TEMPLATES.items()
        ]
        shown = rows[(page - 1) * size : page * size]
        return web.json_response({"Code": "OK", "TotalCount": len(rows), "SmsTemplateList": shown})

    def _refused(self, code: str) -> web.Response:
        return web.json_response({"Code": code, "Message": "simulated", "RequestId": "R"})


def build(hook: str = "", **settings: str) -> Aliyun:
    """Make the simulator; settings: `limits`, `secret`."""
    return Aliyun(hook, **settings)
