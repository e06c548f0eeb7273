"""Aliyun's pushes, after its manual, and what its API answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hub.model import Template
from tests.adapters.texting.evidence import Call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.model import Part
    from tests.adapters.contract.kit import Kit

UP = "provider manual, https://help.aliyun.com/zh/sms/developer-reference/smsup-http; values invented"
REPORT = "provider manual, https://help.aliyun.com/zh/sms/developer-reference/smsreport-2; values invented"
ABROAD = "provider manual, https://help.aliyun.com/zh/sms/developer-reference/smsreport-http-intl; values invented"
SECRET = "test-hook-secret-aliyun"
PATH = f"/hooks/inbox-1?key={SECRET}"
SETTINGS: dict[str, Any] = {
    "settings": {
        "access_key_id": "test-access-key-id",
        "access_key_secret": "test-access-key-secret",
        "sign_name": "临安供水",
        "extend_code": "07",
        "hook_secret": SECRET,
        "api_url": "{provider}",
    },
    "proof": {"query": ["key"], "headers": [], "body": False},
}
CODES = {
    "isv.BUSINESS_LIMIT_CONTROL": ("TryLater", 60),
    "Throttling.User": ("TryLater", 2),
    "isp.SYSTEM_ERROR": ("TryLater", 30),
    "isv.MOBILE_NUMBER_ILLEGAL": ("Refused", None),
    "isv.SMS_TEMPLATE_ILLEGAL": ("Refused", None),
    "isv.TEMPLATE_MISSING_PARAMETERS": ("Refused", None),
    "isv.BLACK_KEY_CONTROL_LIMIT": ("Refused", None),
    "isv.SOMETHING_NEW": ("Refused", None),
    "isv.SMS_SIGNATURE_ILLEGAL": ("ChannelBroken", None),
    "isv.OUT_OF_SERVICE": ("ChannelBroken", None),
    "isv.AMOUNT_NOT_ENOUGH": ("ChannelBroken", None),
    "isv.DAY_LIMIT_CONTROL": ("ChannelBroken", None),
    "isp.RAM_PERMISSION_DENY": ("ChannelBroken", None),
}
PROVIDER: dict[str, Any] = {
    "answers": {"/": {"Code": "OK", "Message": "OK", "BizId": "9006197469364984^0", "RequestId": "R"}},
    "failures": [
        *({"body": {"Code": code, "Message": "as the manual says"}, "error": error, "after": after}
          for code, (error, after) in CODES.items()),
        {"status": 400, "body": {"Code": "SignatureDoesNotMatch"}, "error": "ChannelBroken"},
        {"status": 400, "body": {"Code": "InvalidTimeStamp.Expired"}, "error": "ChannelBroken"},
        {"status": 404, "body": {"Code": "InvalidAccessKeyId.NotFound"}, "error": "ChannelBroken"},
        {"status": 400, "body": {"Code": "MissingParameter"}, "error": "Refused"},
        {"body": {}, "error": "OutcomeUnknown"},
    ],
}  # fmt: skip
REPLY = {
    "phone_number": "13800138000", "send_time": "2026-11-20 16:00:00", "content": "几点来水？🚰",
    "dest_code": "1069000007", "sequence_id": 1234567890, "sign_name": "临安供水",
}  # fmt: skip
DELIVERED = {
    "phone_number": "13900139000", "send_time": "2026-11-20 15:59:50", "report_time": "2026-11-20 16:00:00",
    "success": True, "err_code": "DELIVERED", "err_msg": "用户接收成功", "sms_size": "1",
    "biz_id": "932702304080415357^0", "out_id": "message-0",
}  # fmt: skip


def calls() -> Iterator[Call]:
    """Give every recording."""
    yield _call("reply__chinese_and_emoji", UP, [REPLY])
    yield _call("reply__opt_out", UP, [{**REPLY, "content": " ＴＤ", "sequence_id": 1234567891}])
    yield _call("reply__two_people", UP, [
        {**REPLY, "content": "收到", "sequence_id": 1234567892},
        {**REPLY, "phone_number": "13700137000", "content": "T", "sequence_id": "1234567893"},
    ])  # fmt: skip
    yield _call("report__delivered", REPORT, [DELIVERED])
    yield _call("report__not_delivered", REPORT, [
        {**DELIVERED, "success": False, "err_code": "UNDELIV", "err_msg": "空号", "biz_id": "932702304080415358^0"},
        {**DELIVERED, "success": False, "err_code": "MOBILE_IN_BLACK", "err_msg": "黑名单",
         "biz_id": "932702304080415359^0"},
    ])  # fmt: skip
    yield _call("report__abroad", ABROAD, [
        {"To": "8521245567", "Status": 1, "MessageId": "1008030000", "TaskId": "1", "ErrorCode": "DELIVERED"},
        {"To": "8521245567", "Status": 2, "MessageId": "1008030001", "TaskId": "1", "ErrorCode": "UNDELIV"},
        {"To": "8521245567", "Status": 6, "MessageId": "1008030002", "TaskId": "1", "ErrorCode": ""},
    ])  # fmt: skip
    yield _call("unknown__kind", "made up: a field set that no manual knows",
                [{"phone_number": "13800138000", "type": "hologram", "of": {"tomorrow": True}}])  # fmt: skip


def _call(name: str, source: str, items: list[dict[str, Any]]) -> Call:
    headers = {"content-type": "application/json;charset=utf-8"}
    return Call(
        name=name, source=source, target=PATH, headers=headers, body=json.dumps(items, ensure_ascii=False).encode()
    )


def parts(kit: Kit) -> dict[str, Part]:
    """Return one part of each kind that it carries."""
    return {
        "template": Template(template="SMS_100001", variables={"area": "竹溪巷", "time": "18:00"}),
        "template__no_variables": Template(template="SMS_100004"),
    }
