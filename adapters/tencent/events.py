"""Tencent Cloud's words: one reply, or an array of delivery reports, becomes what the hub knows. Pure.

https://cloud.tencent.com/document/product/382/43547 and 43548
"""

import hashlib
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from adapters.texting import beijing, optout
from adapters.texting.numbers import CHINA, e164, sender
from hub.errors import Malformed
from hub.model import Address, Inbound, Notice, Receipt, Said, Status, Text

CHANNEL = "tencent"


class Reply(Struct, frozen=True, kw_only=True):
    """Somebody answered. `extend` is our extension code, `time` is in Unix seconds."""

    mobile: str
    text: str
    nationcode: str = "86"
    extend: str = ""
    sign: str = ""
    time: int = 0


class Report(Struct, frozen=True, kw_only=True):
    """What became of a message; `sid` is what SendSms called `SerialNo`."""

    mobile: str
    report_status: str
    sid: str
    nationcode: str = "86"
    user_receive_time: str = ""
    errmsg: str = ""
    description: str = ""


def read(inbox: str, body: bytes, *, at: datetime, stop_words: tuple[str, ...] = ()) -> list[Inbound]:
    """Return what came in. Raises `Malformed` for what is not Tencent's."""
    try:
        told = msgspec.json.decode(body)
        if isinstance(told, dict):
            return [_one(inbox, told, body, at, stop_words)]
        if not isinstance(told, list) or not told:
            raise Malformed("Neither a reply nor reports", inbox=inbox)
        return [_receipt(inbox, msgspec.convert(item, Report, strict=False), body, at) for item in told]
    except (ValueError, RecursionError) as error:
        raise Malformed("Not an event of Tencent Cloud SMS", inbox=inbox, reason=str(error)[:200]) from error


def _one(inbox: str, told: dict[str, Any], raw: bytes, at: datetime, stop_words: tuple[str, ...]) -> Inbound:
    if "text" in told:
        return _said(inbox, msgspec.convert(told, Reply, strict=False), raw, at, stop_words)
    if "report_status" in told:
        return _receipt(inbox, msgspec.convert(told, Report, strict=False), raw, at)
    if isinstance(told.get("mobile"), str):
        return _unknown(inbox, told, raw, at)
    raise ValueError("neither a reply nor a report")


def _said(inbox: str, told: Reply, raw: bytes, at: datetime, stop_words: tuple[str, ...]) -> Said:
    # Tencent gives a reply no id: its number, time, extension and text are the same at every repeat.
    number = _number(told.nationcode, told.mobile)
    proof = hashlib.sha256(msgspec.json.encode([number, told.time, told.extend, told.text])).hexdigest()
    return Said(
        inbox=inbox, provider_id=f"reply:{proof[:40]}", raw=raw, sender=Address(channel=CHANNEL, user=number),
        sent_at=datetime.fromtimestamp(told.time, at.tzinfo) if 0 < told.time < 32_503_680_000 else at,
        parts=(Text(body=told.text[:20_000]) if told.text else Notice(code="unsupported", facts={"type": "empty"}),),
        who=sender(number, extend=told.extend[:64], sign=told.sign[:64]),
        opt=optout.opt(told.text, number, region=CHINA, extra=stop_words),
    )  # fmt: skip


def _receipt(inbox: str, told: Report, raw: bytes, at: datetime) -> Receipt:
    number = _number(told.nationcode, told.mobile)
    delivered = told.report_status.upper() == "SUCCESS"
    return Receipt(
        inbox=inbox, provider_id=f"report:{told.sid}:{number}", raw=raw, message=told.sid,
        sender=Address(channel=CHANNEL, user=number), sent_at=beijing.read(told.user_receive_time, at),
        status=Status.DELIVERED if delivered else Status.FAILED, reason="" if delivered else _reason(told),
    )  # fmt: skip


def _reason(told: Report) -> str:
    if "BLACK" in told.errmsg.upper() or "黑名单" in told.description:
        return "opted_out"
    return (told.errmsg or told.description or "undelivered")[:200]


def _unknown(inbox: str, told: dict[str, Any], raw: bytes, at: datetime) -> Said:
    number = _number(str(told.get("nationcode", "86")), told["mobile"])
    proof = hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()
    return Said(
        inbox=inbox, provider_id=f"unknown:{proof[:40]}", raw=raw, sent_at=at, who=sender(number),
        sender=Address(channel=CHANNEL, user=number),
        parts=(Notice(code="unsupported", facts={"type": str(told.get("type", "unknown"))[:64]}),),
    )  # fmt: skip


def _number(country: str, mobile: str) -> str:
    return e164(mobile if mobile.startswith("+") else f"+{country.lstrip('+')}{mobile}", CHINA)
