"""One call of Aliyun's SMS API, and what its codes mean. No state.

Codes: https://help.aliyun.com/document_detail/101346.html, 101347.html. Most refusals come with status 200 and a code.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec
from yarl import URL

from adapters.aliyun import signature
from adapters.http import Answer, expect_success, post, retry_after
from adapters.setup import Setup
from hub.errors import ChannelBroken, OptedOut, OutcomeUnknown, Refused, TryLater

VERSION = "2017-05-25"
WHO = "Aliyun"
MINUTE = timedelta(minutes=1)
LATER: Mapping[str, timedelta] = {
    "isv.BUSINESS_LIMIT_CONTROL": MINUTE, "Throttling": timedelta(seconds=2), "Throttling.User": timedelta(seconds=2),
    "Throttling.Api": timedelta(seconds=2), "isp.SYSTEM_ERROR": timedelta(seconds=30),
    "ServiceUnavailable": timedelta(seconds=30), "InternalError": timedelta(seconds=30),
    "isp.GATEWAY_ERROR": timedelta(seconds=30),
}  # fmt: skip
"""What passes. The limits of one number (1 a minute, 5 an hour, 10 a day) all have one code, so the wait grows."""
BROKEN: Mapping[str, str] = {
    "isv.OUT_OF_SERVICE": "The SMS service is switched off: look at Aliyun's console.",
    "isv.AMOUNT_NOT_ENOUGH": "The account's money is used up: top it up in Aliyun's console.",
    "isv.ACCOUNT_NOT_EXISTS": "Compare `access_key_id`.",
    "isv.ACCOUNT_ABNORMAL": "The account is blocked: ask Aliyun.",
    "isv.PRODUCT_UN_SUBSCRIPT": "Subscribe to the SMS service in Aliyun's console.",
    "isv.DAY_LIMIT_CONTROL": "The daily limit that you set at Aliyun is used up.",
    "isv.MONTH_LIMIT_CONTROL": "The monthly limit that you set at Aliyun is used up.",
    "isv.DENY_IP_RANGE": "This machine's address is not allowed: look at the RAM policy.",
    "isp.RAM_PERMISSION_DENY": "The owner of `access_key_id` may not send messages.",
    "NoPermission": "The owner of `access_key_id` may not do this.",
    "InvalidAccessKeyId.NotFound": "Compare `access_key_id`.",
    "InvalidAccessKeyId.Inactive": "The key is switched off: renew `access_key_id`.",
    "SignatureDoesNotMatch": "Renew `access_key_secret`.",
    "IncompleteSignature": "Renew `access_key_secret`.",
    "InvalidTimeStamp.Expired": "Set this machine's clock: Aliyun allows 15 minutes.",
    "isv.SMS_SIGNATURE_ILLEGAL": "Compare `sign_name` with the approved signatures.",
    "isv.SMS_SIGN_ILLEGAL": "Compare `sign_name` with the approved signatures.",
}
"""What an administrator has to mend. Every other `isv.` code is final for this one message."""
STOPPED = frozenset({"isv.MOBILE_IN_BLACKLIST", "isv.BLACKLIST", "isv.SMS_BLACKLIST"})


async def call(setup: Setup, action: str, query: Mapping[str, str]) -> dict[str, Any]:
    """Call once, signed. Raises what Aliyun's code asks for."""
    body = b""
    api = urlsplit(setup.text("api_url"))
    at = setup.clock.now()
    proof = signature.headers(
        host=api.netloc, action=action, version=VERSION, query=query, body=body, at=at,
        nonce=secrets.token_hex(16), key=setup.text("access_key_id"), secret=setup.text("access_key_secret"),
    )  # fmt: skip
    url = URL(f"{api.scheme}://{api.netloc}/?{signature.canonical(query)}", encoded=True)
    answer = await post(setup.http, str(url), body, {**proof, "accept": "application/json"}, setting="api_url")
    return judge(answer, setup)


def judge(answer: Answer, setup: Setup) -> dict[str, Any]:
    """Return what was answered, or raise what its code asks for, or its status when there is no code that we know."""
    told = _told(answer.body)
    code = str(told.get("Code", ""))
    if code == "OK" and answer.status < 300:
        return told
    at = setup.clock.now()
    if code in LATER:
        raise TryLater("Aliyun takes no more now", after=retry_after(answer, at) or LATER[code], reason=code)
    if code in BROKEN:
        raise ChannelBroken("Aliyun does not let this account send", reason=code, hint=BROKEN[code])
    if code in STOPPED:
        raise OptedOut("The number is on Aliyun's list of people who want no messages", reason=code)
    if code.startswith(("isv.", "isp.")):
        raise Refused("Aliyun refused the message", reason=code, hint=str(told.get("Message", ""))[:200])
    expect_success(answer, at=at, who=WHO, setting="access_key_secret")
    if not code:
        raise OutcomeUnknown("Aliyun answered what cannot be read", hint="Look at `api_url`.")
    raise Refused("Aliyun refused the call", reason=code, hint=str(told.get("Message", ""))[:200])


def _told(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except ValueError:
        return {}
