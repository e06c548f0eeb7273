"""Tencent Cloud SMS on this machine: it checks TC3 signatures, limits numbers, has a blacklist, reports and replies."""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from aiohttp import web

from adapters.simulators.gateway import BEIJING, Gateway
from adapters.simulators.stage import Called

ID, KEY, APP, SIGN = "AKIDsimulated0000", "simulated-tencent-secret-key", "1400006666", "临安供水"
TOLERANCE = 300
TEMPLATES: Mapping[str, tuple[str, str]] = {
    "449739": ("停水通知", "您所在的{1}将于{2}停水，请提前储水。"),
    "449740": ("验证码", "您的验证码是{1}，5分钟内有效。"),
    "449741": ("优惠活动", "{1}，本月节水有礼，拒收请回复R"),
}
MARKETING = "449741"
PROOF = re.compile(r"TC3-HMAC-SHA256 Credential=([^/]+)/([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})")
CODES = {
    1: "LimitExceeded.PhoneNumberThirtySecondLimit", 2: "RequestLimitExceeded",
    3: "FailedOperation.InsufficientBalanceInSmsPackage", 4: "FailedOperation.ContainSensitiveWord",
}  # fmt: skip


class Tencent(Gateway):
    """One application with one signature and three templates, one of them marketing."""

    name: ClassVar[str] = "tencent"
    tries: ClassVar[int] = 3

    def routes(self) -> list[web.RouteDef]:
        """Return the API: one path, the action is a header."""
        return [web.post("/", self.faulty(self._act))]

    def settings(self) -> dict[str, str]:
        """Return what to enter in the inbox."""
        return {
            "secret_id": ID, "secret_key": KEY, "app_id": APP, "sign_name": SIGN, "hook_secret": self.hook_secret,
            "api_url": self.url, "extend_code": "07",
        }  # fmt: skip

    async def says(self, user: str, text: str) -> Called:
        """Let somebody answer."""
        return await self.posts(json.dumps(self.reply(user, text), ensure_ascii=False).encode())

    def reply(self, user: str, text: str) -> dict[str, Any]:
        """Return one reply as Tencent tells it."""
        time = int(self.now.timestamp())
        return {
            "extend": "07",
            "mobile": self.person(user),
            "nationcode": "86",
            "sign": SIGN,
            "text": text,
            "time": time,
        }

    def failure(self, code: int) -> web.Response:
        """Answer with one of Tencent's codes by a number of our own: 1 limit, 2 throttled, 3 no money, 4 words."""
        return _refused(CODES.get(code, "InternalError.Timeout"))

    async def _act(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if fault := self._unproved(request, body):
            return _refused(fault)
        asked = json.loads(body)
        match request.headers["x-tc-action"]:
            case "SendSms":
                return self._send(asked)
            case "DescribeSmsTemplateList":
                return self._templates(asked["Offset"], asked["Limit"])
            case _:
                return _refused("InvalidAction")

    def _unproved(self, request: web.Request, body: bytes) -> str:
        """Return what is wrong with the proof, written from Tencent's manual and not from our signing."""
        found = PROOF.fullmatch(request.headers.get("authorization", ""))
        if not found:
            return "AuthFailure.InvalidAuthorization"
        id, scope, names, given = found.groups()
        seconds = request.headers["x-tc-timestamp"]
        if id != ID:
            return "AuthFailure.SecretIdNotFound"
        if abs(self.now.timestamp() - int(seconds)) > TOLERANCE:
            return "AuthFailure.SignatureExpire"
        day = datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%d")
        lines = "".join(f"{name}:{request.headers[name].lower()}\n" for name in names.split(";"))
        text = "\n".join(["POST", "/", "", lines, names, hashlib.sha256(body).hexdigest()])
        asked = "\n".join(["TC3-HMAC-SHA256", seconds, scope, hashlib.sha256(text.encode()).hexdigest()])
        secret = hmac.new(b"TC3" + KEY.encode(), day.encode(), "sha256").digest()
        for word in (b"sms", b"tc3_request", asked.encode()):
            secret = hmac.new(secret, word, "sha256").digest()
        return "" if secret.hex() == given and scope == f"{day}/sms/tc3_request" else "AuthFailure.SignatureFailure"

    def _send(self, asked: dict[str, Any]) -> web.Response:
        if asked["SmsSdkAppId"] != APP:
            return _refused("UnauthorizedOperation.SmsSdkAppIdVerifyFail")
        [full] = asked["PhoneNumberSet"]
        code, serial = self._code(asked, full.removeprefix("+86")), f"2645:{secrets.randbelow(10**18)}"
        if code == "Ok":
            self.sent.append({**asked, "SerialNo": serial})
            self.tell(f"<- to {full}: 【{asked['SignName']}】{asked['TemplateId']} {asked['TemplateParamSet']}")
            self.later(self.reports(full.removeprefix("+86"), serial))
        told = {
            "SerialNo": serial if code == "Ok" else "", "PhoneNumber": full, "Fee": int(code == "Ok"),
            "SessionContext": asked.get("SessionContext", ""), "Code": code, "Message": "simulated", "IsoCode": "CN",
        }  # fmt: skip
        return web.json_response({"Response": {"SendStatusSet": [told], "RequestId": "R"}})

    def _code(self, asked: dict[str, Any], number: str) -> str:
        known = TEMPLATES.get(asked["TemplateId"])
        if known is None:
            return "FailedOperation.TemplateIncorrectOrUnapproved"
        if asked["SignName"] != SIGN:
            return "FailedOperation.SignatureIncorrectOrUnapproved"
        if len(asked["TemplateParamSet"]) != len(set(re.findall(r"\{(\d+)\}", known[1]))):
            return "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"
        if number in self.blacklist:
            return "FailedOperation.PhoneNumberInBlacklist"
        if asked["TemplateId"] == MARKETING and not 8 <= self.now.astimezone(BEIJING).hour < 22:
            return "FailedOperation.MarketingSendTimeConstraint"
        return "Ok" if self.within_limits(number) else "LimitExceeded.PhoneNumberThirtySecondLimit"

    async def reports(self, number: str, serial: str) -> Called:
        """Tell what became of a message."""
        gone = number in self.unreachable
        told = {
            "user_receive_time": self.stamp(), "nationcode": "86", "mobile": number,
            "report_status": "FAIL" if gone else "SUCCESS", "errmsg": "MK:0001" if gone else "DELIVRD",
            "description": "空号" if gone else "用户短信送达成功", "sid": serial,
        }  # fmt: skip
        return await self.posts(json.dumps([told], ensure_ascii=False).encode())

    def _templates(self, begin: int, size: int) -> web.Response:
        rows = [
            {"TemplateId": int(id), "TemplateName": name, "TemplateContent": text, "StatusCode": 0, "International": 0}
            for id, (name, text) in TEMPLATES.items()
        ]
        return web.json_response({"Response": {"DescribeTemplateStatusSet": rows[begin : begin + size]}})


def build(hook: str = "", **settings: str) -> Tencent:
    """Make the simulator; settings: `limits`, `secret`."""
    return Tencent(hook, **settings)


def _refused(code: str) -> web.Response:
    return web.json_response({"Response": {"Error": {"Code": code, "Message": "simulated"}, "RequestId": "R"}})
