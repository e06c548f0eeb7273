"""What customers said, made into what a slot holds; None is what it cannot be. Pure."""

import re


def text(value: object) -> str:
    """Return a slot as text: extractors may give numbers, or `{"value": ...}`."""
    inner = value.get("value", "") if isinstance(value, dict) else value
    return "" if inner is None else str(inner).strip()


def phone(value: object) -> str | None:
    """Return a Chinese mobile number, 11 digits."""
    found = re.search(r"(?<!\d)(?:86)?(1[3-9]\d{9})(?!\d)", re.sub(r"[\s\-]", "", text(value)))
    return found[1] if found else None


def tail(value: object) -> str | None:
    """Return the last four digits of a phone number; the whole number will do."""
    digits = re.sub(r"\D", "", text(value).removesuffix(".0"))
    return digits[-4:] if len(digits) in (4, 11) else digits.zfill(4) if len(digits) == 3 else None


def address(value: object) -> str | None:
    """Return an address: words, and a number, without which no crew finds the house."""
    found = re.sub(
        r"^(?:地址(?:是|在)?|我?住在?|在|the address is|i live at|i'm at|it's)[\s:：]*", "", text(value), flags=re.I
    )
    return (
        found[:200]
        if len(found) >= 5 and re.search(r"[\d一二三四五六七八九十]", found) and re.search(r"[^\W\d]{2}", found)
        else None
    )


def name(value: object) -> str | None:
    """Return a name without what people say before it."""
    found = re.sub(
        r"^(?:我叫|我是|姓名(?:是)?|名字(?:是|叫)?|叫|my name is|my name's|name is|name's|name:|i am|i'm|it's)[\s:：]*",
        "", text(value), flags=re.I,
    )  # fmt: skip
    return found[:60] if len(found) >= 2 and not re.search(r"\d", found) else None


def reading(value: object) -> int | None:
    """Return a meter reading, whole cubic metres."""
    found = re.search(r"(?<!\d)\d{1,6}(?!\d)", text(value).removesuffix(".0"))
    return int(found[0]) if found else None
