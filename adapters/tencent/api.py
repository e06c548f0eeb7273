"""One call of Tencent Cloud's SMS API, and what its codes mean. No state.

Codes: https://cloud.tencent.com/document/product/382/59177. Every answer has status 200 and a code.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from adapters.http import Answer, expect_success, post
from adapters.setup import Setup
from adapters.tencent import signature
from adapters.texting import beijing
from hub.errors import ChannelBroken, OptedOut, OutcomeUnknown, Refused, TryLater

VERSION, SERVICE, WHO = "2021-01-11", "sms", "Tencent Cloud"
HOUR = timedelta(hours=1)
T = TypeVar("T")
LATER: Mapping[str, timedelta] = {
    "LimitExceeded.PhoneNumberThirtySecondLimit": timedelta(seconds=30),
    "LimitExceeded.PhoneNumberOneHourLimit": HOUR,
    "LimitExceeded.PhoneNumberDailyLimit": HOUR,
    "LimitExceeded.PhoneNumberSameContentDailyLimit": HOUR,
    "LimitExceeded.DeliveryFrequencyLimit": timedelta(minutes=1),
    "LimitExceeded": timedelta(minutes=1),
    "RequestLimitExceeded": timedelta(seconds=2),
    "InternalError": timedelta(seconds=30),
}
"""What passes, by code or by its beginning; a daily limit is asked again every hour."""
BROKEN: Mapping[str, str] = {
    "AuthFailure.SignatureExpire": "Set this machine's clock: Tencent allows 5 minutes.",
    "AuthFailure.SignatureFailure": "Renew `secret_key`.",
    "AuthFailure": "Compare `secret_id` and `secret_key` with Tencent Cloud's console.",
    "UnauthorizedOperation": "Look at `app_id` and at what the owner of `secret_id` may do.",
    "FailedOperation.InsufficientBalanceInSmsPackage": "The package is used up: buy another in the SMS console.",
    "FailedOperation.SignatureIncorrectOrUnapproved": "Compare `sign_name` with the approved signatures.",
    "FailedOperation.MissingSignature": "Set `sign_name`.",
    "InvalidParameterValue.SdkAppIdNotExist": "Compare `app_id` with the SMS console.",
    "LimitExceeded.AppDailyLimit": "The application's daily limit is used up: look at the SMS console.",
    "LimitExceeded.AppCountryOrRegionDailyLimit": "The daily limit of that country is used up: see the SMS console.",
}
"""What an administrator has to mend, by code or by its beginning."""
STOPPED = "FailedOperation.PhoneNumberInBlacklist"
NIGHT = "FailedOperation.MarketingSendTimeConstraint"


class Fault(Struct, frozen=True, kw_only=True, rename="pascal"):
    """Why a call was refused."""

    code: str
    message: str = ""


class Outer(Struct, frozen=True, kw_only=True, rename="pascal"):
    """What surrounds every answer."""

    response: dict[str, Any]


async def call(setup: Setup, action: str, asked: object) -> dict[str, Any]:
    """Call once, signed. Raises what Tencent's code asks for."""
    at, body = setup.clock.now(), msgspec.json.encode(asked)
    host = urlsplit(setup.text("api_url")).netloc
    signed = {"content-type": "application/json; charset=utf-8", "host": host, "x-tc-action": action.lower()}
    proof = signature.authorization(
        signed, body, service=SERVICE, at=at, key=setup.text("secret_id"), secret=setup.text("secret_key")
    )
    headers = {
        **signed, "x-tc-action": action, "x-tc-version": VERSION, "x-tc-timestamp": str(int(at.timestamp())),
        "x-tc-region": setup.text("region"), "authorization": proof,
    }  # fmt: skip
    answer = await post(setup.http, setup.text("api_url"), body, headers, setting="api_url")
    return judge(answer, setup)


def judge(answer: Answer, setup: Setup) -> dict[str, Any]:
    """Return what was answered, or raise what its error or its status asks for."""
    at = setup.clock.now()
    expect_success(answer, at=at, who=WHO, setting="secret_key")
    try:
        told = msgspec.json.decode(answer.body, type=Outer).response
        fault = msgspec.convert(told["Error"], Fault) if "Error" in told else None
    except ValueError as error:
        raise OutcomeUnknown("Tencent Cloud answered what cannot be read", hint="Look at `api_url`.") from error
    if fault:
        refuse(fault, at)
    return told


def refuse(fault: Fault, at: datetime) -> None:
    """Raise what a code asks for; of one call, or of one number in it."""
    code = fault.code
    if code == STOPPED:
        raise OptedOut("The number is on Tencent's list of people who want no messages", reason=code)
    if code == NIGHT:
        raise TryLater("Marketing is sent from 8 to 22 o'clock", after=beijing.until_opening(at) or HOUR, reason=code)
    if (hint := _known(BROKEN, code)) is not None:
        raise ChannelBroken("Tencent Cloud does not let this account send", reason=code, hint=hint)
    if (wait := _known(LATER, code)) is not None:
        raise TryLater("Tencent Cloud takes no more now", after=wait, reason=code)
    raise Refused("Tencent Cloud refused the message", reason=code, hint=fault.message[:200])


def _known(table: Mapping[str, T], code: str) -> T | None:
    """Look a code up, then its beginning: `InternalError.Timeout` is an `InternalError`."""
    return table.get(code, table.get(code.partition(".")[0]))
