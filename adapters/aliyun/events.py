"""Aliyun's words: arrays of replies (SmsUp) and of delivery reports (SmsReport) become what the hub knows. Pure.

https://help.aliyun.com/zh/sms/developer-reference/smsup-http, .../smsreport-2, .../smsreport-http-intl
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from adapters.texting import beijing, optout
from adapters.texting.numbers import CHINA, e164, sender
from hub.errors import Malformed
from hub.model import Address, Inbound, Notice, Receipt, Said, Status, Text

CHANNEL = "aliyun"
ABROAD: Mapping[int, Status] = {1: Status.DELIVERED, 2: Status.FAILED}


class Reply(Struct, frozen=True, kw_only=True):
    """SmsUp: somebody answered. `dest_code` is the number they wrote to, which ends with our extension code."""

    phone_number: str
    content: str
    send_time: str = ""
    dest_code: str = ""
    sequence_id: str | int = ""
    sign_name: str = ""


class Report(Struct, frozen=True, kw_only=True):
    """SmsReport: what became of a message."""

    phone_number: str
    success: bool
    biz_id: str
    report_time: str = ""
    err_code: str = ""
    err_msg: str = ""


class ReportAbroad(Struct, frozen=True, kw_only=True):
    """The report of a message to another country."""

    to: str = msgspec.field(name="To")
    status: int = msgspec.field(name="Status")
    id: str = msgspec.field(name="MessageId")
    fault: str = msgspec.field(name="ErrorCode", default="")


def read(inbox: str, body: bytes, *, at: datetime, stop_words: tuple[str, ...] = ()) -> list[Inbound]:
    """Return what came in. Raises `Malformed` for what is no array of Aliyun's."""
    try:
        items = msgspec.json.decode(body, type=list[dict[str, Any]])
        if not items:
            raise Malformed("An empty array", inbox=inbox)
        found = [_one(inbox, item, body, at, stop_words) for item in items]
    except (ValueError, RecursionError) as error:
        raise Malformed("Not an event of Aliyun SMS", inbox=inbox, reason=str(error)[:200]) from error
    return [one for one in found if one is not None]


def _one(inbox: str, item: dict[str, Any], raw: bytes, at: datetime, stop_words: tuple[str, ...]) -> Inbound | None:
    if "content" in item:
        return _said(inbox, msgspec.convert(item, Reply, strict=False), raw, at, stop_words)
    if "success" in item:
        return _receipt(inbox, msgspec.convert(item, Report, strict=False), raw, at)
    if "MessageId" in item:
        return _abroad(inbox, msgspec.convert(item, ReportAbroad, strict=False), raw, at)
    if "phone_number" in item:
        return _unknown(inbox, item, raw, at)
    raise ValueError("neither a reply nor a report")


def _said(inbox: str, told: Reply, raw: bytes, at: datetime, stop_words: tuple[str, ...]) -> Said:
    number = e164(told.phone_number, CHINA)
    return Said(
        inbox=inbox, provider_id=f"up:{told.sequence_id or _hash(told)}", raw=raw,
        sender=Address(channel=CHANNEL, user=number), sent_at=beijing.read(told.send_time, at),
        parts=(Text(body=told.content[:20_000]) if told.content else Notice(
            code="unsupported", facts={"type": "empty"}),),
        who=sender(number, dest_code=told.dest_code[:64], sign=told.sign_name[:64]),
        opt=optout.opt(told.content, number, region=CHINA, extra=stop_words),
    )  # fmt: skip


def _receipt(inbox: str, told: Report, raw: bytes, at: datetime) -> Receipt:
    # biz_id is one call's; with one number a call it is one message's, and a repeat has the same.
    number = e164(told.phone_number, CHINA)
    return Receipt(
        inbox=inbox, provider_id=f"report:{told.biz_id}:{number}", raw=raw, message=told.biz_id,
        sender=Address(channel=CHANNEL, user=number), sent_at=beijing.read(told.report_time, at),
        status=Status.DELIVERED if told.success else Status.FAILED, reason="" if told.success else _reason(told),
    )  # fmt: skip


def _reason(told: Report) -> str:
    if "BLACK" in told.err_code.upper():
        return "opted_out"
    return (told.err_code or told.err_msg or "undelivered")[:200]


def _abroad(inbox: str, told: ReportAbroad, raw: bytes, at: datetime) -> Receipt | None:
    status = ABROAD.get(told.status)
    if status is None:
        return None
    number = e164(f"+{told.to.lstrip('+')}")
    return Receipt(
        inbox=inbox, provider_id=f"report:{told.id}:{told.status}", raw=raw, message=told.id, sent_at=at,
        sender=Address(channel=CHANNEL, user=number), status=status,
        reason=told.fault[:200] if status is Status.FAILED else "",
    )  # fmt: skip


def _unknown(inbox: str, item: dict[str, Any], raw: bytes, at: datetime) -> Said:
    number = e164(str(item["phone_number"]), CHINA)
    proof = hashlib.sha256(msgspec.json.encode(item, order="sorted")).hexdigest()[:32]
    return Said(
        inbox=inbox, provider_id=f"unknown:{proof}", raw=raw, sent_at=at, who=sender(number),
        sender=Address(channel=CHANNEL, user=number),
        parts=(Notice(code="unsupported", facts={"type": str(item.get("type", "unknown"))[:64]}),),
    )  # fmt: skip


def _hash(told: Reply) -> str:
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:32]
