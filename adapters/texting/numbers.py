"""Phone numbers as customers' addresses: one spelling (E.164) on every SMS channel, so that one person stays one."""

import re
from functools import lru_cache

import phonenumbers

from hub.errors import Unsupported
from hub.model import Sender

CHINA = "CN"


@lru_cache(maxsize=4096)
def e164(number: str, region: str = "") -> str:
    """Return `+8613800138000`; what is no possible number (a short code, a sender's name) is returned as it came.

    `region` is where a number without a country code is at home.
    """
    plain = number.strip()
    parsed = _parsed(plain, region)
    if parsed is None:
        return plain
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


@lru_cache(maxsize=4096)
def country(number: str, region: str = "") -> str:
    """Return the number's country (`CN`), or `region` when the number does not tell."""
    parsed = _parsed(number.strip(), region)
    if parsed is None:
        return region
    # A number out of every plan (fiction, a new range) still has its country code.
    found = phonenumbers.region_code_for_number(parsed) or phonenumbers.region_code_for_country_code(
        parsed.country_code or 0
    )
    return str(found)


def national(number: str) -> str:
    """Return the digits that mainland gateways want: eleven at home, country code and number abroad.

    Raises `Unsupported` for an address that is no number.
    """
    digits = number.removeprefix("+")
    if not re.fullmatch(r"[0-9]{5,15}", digits):
        raise Unsupported("That is no phone number", hint="The customer's address must be a number (E.164).")
    return digits.removeprefix("86") if number.startswith("+86") else digits


def sender(number: str, **attributes: str) -> Sender:
    """Return what a text message tells about who wrote it; the network vouches for a full number."""
    known = {name: value for name, value in attributes.items() if value}
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number):
        return Sender(attributes=known)
    return Sender(attributes={"phone": number, **known}, verified=("phone",))


def _parsed(number: str, region: str) -> phonenumbers.PhoneNumber | None:
    if len(number) > 32:
        return None
    try:
        parsed = phonenumbers.parse(number, region or None)
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_possible_number(parsed) else None
