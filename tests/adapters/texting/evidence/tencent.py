"""Tencent Cloud's pushes, after its manual, and what its API answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hub.model import Template
from tests.adapters.texting.evidence import Call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.model import Part
    from tests.adapters.contract.kit import Kit

REPORT = "provider manual, https://cloud.tencent.com/document/product/382/43547; values invented"
UP = "provider manual, https://cloud.tencent.com/document/product/382/43548; values invented"
SECRET = "test-hook-secret-tencent"
PATH = f"/hooks/inbox-1?key={SECRET}"
SETTINGS: dict[str, Any] = {
    "settings": {
        "secret_id": "AKIDtest00000000",
        "secret_key": "test-tencent-secret-key",
        "app_id": "1400006666",
        "sign_name": "临安供水",
        "extend_code": "07",
        "hook_secret": SECRET,
        "api_url": "{provider}",
    },
    "proof": {"query": ["key"], "headers": [], "body": False},
}
OUTER = {
    "AuthFailure.SignatureFailure": ("ChannelBroken", None),
    "AuthFailure.SignatureExpire": ("ChannelBroken", None),
    "AuthFailure.SecretIdNotFound": ("ChannelBroken", None),
    "UnauthorizedOperation.SmsSdkAppIdVerifyFail": ("ChannelBroken", None),
    "RequestLimitExceeded": ("TryLater", 2),
    "InternalError.Timeout": ("TryLater", 30),
    "InvalidParameterValue.TemplateParameterFormatError": ("Refused", None),
}
INNER = {
    "LimitExceeded.PhoneNumberThirtySecondLimit": ("TryLater", 30),
    "LimitExceeded.PhoneNumberOneHourLimit": ("TryLater", 3600),
    "LimitExceeded.PhoneNumberDailyLimit": ("TryLater", 3600),
    "LimitExceeded.DeliveryFrequencyLimit": ("TryLater", 60),
    "FailedOperation.PhoneNumberInBlacklist": ("OptedOut", None),
    "FailedOperation.TemplateIncorrectOrUnapproved": ("Refused", None),
    "FailedOperation.ContainSensitiveWord": ("Refused", None),
    "FailedOperation.InsufficientBalanceInSmsPackage": ("ChannelBroken", None),
    "FailedOperation.SignatureIncorrectOrUnapproved": ("ChannelBroken", None),
    "FailedOperation.SomethingNew": ("Refused", None),
}


def _sent(code: str) -> dict[str, Any]:
    told = {"SerialNo": "2645:123" if code == "Ok" else "", "PhoneNumber": "+8613800138000", "Fee": 1,
            "SessionContext": "message-1", "Code": code, "Message": "as the manual says", "IsoCode": "CN"}  # fmt: skip
    return {"Response": {"SendStatusSet": [told], "RequestId": "R"}}


def _failure(body: dict[str, Any], error: str, after: int | None) -> dict[str, Any]:
    return {"body": body, "error": error, "after": after}


PROVIDER: dict[str, Any] = {
    "answers": {"/": _sent("Ok")},
    "failures": [
        *(_failure({"Response": {"Error": {"Code": code, "Message": ""}}}, *what) for code, what in OUTER.items()),
        *(_failure(_sent(code), *what) for code, what in INNER.items()),
        _failure({"Response": {"RequestId": "R"}}, "OutcomeUnknown", None),
        _failure({}, "OutcomeUnknown", None),
    ],
}
REPLY = {"extend": "07", "mobile": "13800138000", "nationcode": "86", "sign": "临安供水", "text": "几点来水？🚰",
         "time": 1795161600}  # fmt: skip
DELIVERED = {"user_receive_time": "2026-11-20 16:00:00", "nationcode": "86", "mobile": "13900139000",
             "report_status": "SUCCESS", "errmsg": "DELIVRD", "description": "用户短信送达成功",
             "sid": "2645:16032316"}  # fmt: skip


def calls() -> Iterator[Call]:
    """Give every recording."""
    yield _call("reply__chinese_and_emoji", UP, REPLY)
    yield _call("reply__opt_out", UP, {**REPLY, "text": "退订。"})
    yield _call("reply__abroad", UP, {**REPLY, "nationcode": "1", "mobile": "4155550123", "text": "stop"})
    yield _call("report__delivered", REPORT, [DELIVERED])
    yield _call("report__not_delivered", REPORT, [
        {**DELIVERED, "report_status": "FAIL", "errmsg": "MK:0001", "description": "空号", "sid": "2645:16032317"},
        {**DELIVERED, "report_status": "FAIL", "errmsg": "", "description": "手机号在黑名单中", "sid": "2645:16032318"},
    ])  # fmt: skip
    odd = {"mobile": "13800138000", "nationcode": "86", "type": "hologram", "of": {"tomorrow": True}}
    yield _call("unknown__kind", "made up: a field set that no manual knows", odd)


def _call(name: str, source: str, told: object) -> Call:
    headers = {"content-type": "application/json"}
    return Call(
        name=name, source=source, target=PATH, headers=headers, body=json.dumps(told, ensure_ascii=False).encode()
    )


def parts(kit: Kit) -> dict[str, Part]:
    """Return one part of each kind that it carries."""
    return {
        "template": Template(template="449739", variables={"2": "18:00", "1": "竹溪巷"}),
        "template__no_variables": Template(template="449742"),
    }
