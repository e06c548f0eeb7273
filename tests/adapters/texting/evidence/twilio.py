"""Twilio's webhooks: bodies after its manual, signatures by its own library."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from hub.model import Text
from tests.adapters.texting.evidence import HUB, Call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.model import Part
    from tests.adapters.contract.kit import Kit

SOURCE = (
    "fields of https://www.twilio.com/docs/messaging/guides/webhook-request, invented values, "
    "signed with twilio.request_validator 9.13.0 and the test secret"
)
ACCOUNT = "AC" + "a1" * 16
TOKEN = "test-auth-token-of-twilio"
NUMBER = "+14155550100"
PATH = "/hooks/inbox-1"
API = f"/2010-04-01/Accounts/{ACCOUNT}"
SETTINGS: dict[str, Any] = {
    "settings": {"account_sid": ACCOUNT, "auth_token": TOKEN, "from_number": NUMBER, "api_url": "{provider}"},
}
PROVIDER: dict[str, Any] = {
    "answers": {f"{API}/Messages.json": {"sid": "SM" + "b2" * 16, "status": "queued"}},
    "failures": [
        {"status": status, "body": {"code": code, "message": "as the manual says", "status": status}, "error": error}
        for code, status, error in (
            (21211, 400, "Refused"),
            (21408, 403, "Refused"),
            (21610, 400, "OptedOut"),
            (21614, 400, "Refused"),
            (21999, 400, "Refused"),
            (20003, 401, "ChannelBroken"),
            (30002, 400, "ChannelBroken"),
            (21606, 400, "ChannelBroken"),
            (20429, 429, "TryLater"),
            (30001, 400, "TryLater"),
            (99999, 400, "Refused"),
        )
    ],
}
MESSAGES: dict[str, dict[str, str]] = {
    "text__chinese_and_emoji": {"Body": "家里停水了 😢 + & = %", "NumSegments": "1"},
    "text__blank_fields": {"Body": "Hello", "FromCity": "", "FromState": "", "FromZip": ""},
    "text__new_parameters": {"Body": "Hello", "SomethingNew": "of tomorrow", "ProfileName": "Li Lei"},
    "media__picture_and_voice": {
        "Body": "",
        "NumMedia": "2",
        "MediaUrl0": f"https://api.twilio.com{API}/Messages/MM1/Media/ME1",
        "MediaContentType0": "image/jpeg",
        "MediaUrl1": f"https://api.twilio.com{API}/Messages/MM1/Media/ME2",
        "MediaContentType1": "audio/amr",
    },
    "location": {"Body": "", "Latitude": "30.25", "Longitude": "120.16", "Label": "营业厅", "Address": "延安路 1 号"},
    "button": {"Body": "Yes", "ButtonText": "Yes", "ButtonPayload": "confirm-7", "MessageType": "button"},
    "opt_out__advanced": {"Body": "Stop", "OptOutType": "STOP"},
    "opt_out__own_word": {"Body": "退订"},
    "opt_in__advanced": {"Body": "START", "OptOutType": "START"},
    "opt_help": {"Body": "HELP", "OptOutType": "HELP"},
    "unknown__kind": {"Body": "", "MessageType": "hologram"},
}
STATUSES: dict[str, dict[str, str]] = {
    "status__queued": {"MessageStatus": "queued"},
    "status__sent": {"MessageStatus": "sent"},
    "status__delivered": {"MessageStatus": "delivered", "RawDlrDoneDate": "2611200800"},
    "status__undelivered": {"MessageStatus": "undelivered", "ErrorCode": "30003"},
    "status__opted_out": {"MessageStatus": "failed", "ErrorCode": "21610"},
}


def calls() -> Iterator[Call]:
    """Give every recording."""
    for number, (name, told) in enumerate(MESSAGES.items()):
        sid = f"SM{number:032x}"
        fields = {
            "ToCountry": "US", "SmsMessageSid": sid, "NumMedia": "0", "SmsSid": sid, "FromState": "CA",
            "SmsStatus": "received", "FromCity": "SAN FRANCISCO", "FromCountry": "US", "To": NUMBER, **told,
            "MessageSid": sid, "AccountSid": ACCOUNT, "From": "+14155550123", "ApiVersion": "2010-04-01",
        }  # fmt: skip
        yield posted(name, fields)
    for number, (name, told) in enumerate(STATUSES.items()):
        sid = f"SM{0xF000 + number:032x}"
        yield posted(
            name,
            {"SmsSid": sid, "SmsStatus": told["MessageStatus"], **told, "To": "+14155550123", "MessageSid": sid,
             "AccountSid": ACCOUNT, "From": NUMBER, "ApiVersion": "2010-04-01"},
        )  # fmt: skip
    yield _json_body()


def posted(name: str, fields: dict[str, str]) -> Call:
    """Return a form, signed by Twilio's library."""
    signature = RequestValidator(TOKEN).compute_signature(HUB + PATH, fields)
    headers = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8", "x-twilio-signature": signature}
    return Call(name=name, source=SOURCE, target=PATH, headers=headers, body=urlencode(fields).encode())


def _json_body() -> Call:
    fields = {"MessageSid": "SM" + "c3" * 16, "Body": "as JSON", "To": NUMBER, "AccountSid": ACCOUNT,
              "From": "+14155550123"}  # fmt: skip
    body = json.dumps(fields).encode()
    target = f"{PATH}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    headers = {"content-type": "application/json", "x-twilio-signature": RequestValidator(TOKEN).compute_signature(
        HUB + target, {})}  # fmt: skip
    return Call(name="text__json", source=SOURCE, target=target, headers=headers, body=body)


def parts(kit: Kit) -> dict[str, Part]:
    """Return one part of each kind that it carries."""
    files = {"image": "picture.jpg", "audio": "sound.mp3", "video": "film.mp4", "file": "paper.pdf"}
    return {"text": Text(body="正在抢修，预计 18:00 来水 🚰"), **{kind: kit.file(name) for kind, name in files.items()}}
