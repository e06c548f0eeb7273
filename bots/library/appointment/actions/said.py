"""What patients said, made into what a slot holds; None is what it cannot be. Pure."""

import re


def text(value: object) -> str:
    """Return a slot as text: extractors may give numbers, or `{"value": ...}`."""
    inner = value.get("value", "") if isinstance(value, dict) else value
    return "" if inner is None else str(inner).strip()


def phone(value: object) -> str | None:
    """Return a Chinese mobile number, 11 digits."""
    found = re.search(r"(?<!\d)(?:86)?(1[3-9]\d{9})(?!\d)", re.sub(r"[\s\-]", "", text(value)))
    return found[1] if found else None


def name(value: object) -> str | None:
    """Return a name without what people say before it."""
    found = re.sub(
        r"^(?:我叫|我是|患者|病人|姓名|名字|叫|the patient is|patient's name|my name is|name is|name's|name:|i am|i'm"
        r"|it's)(?:是|叫|姓名是|is)?[\s:：]*",
        "", text(value), flags=re.I,
    )  # fmt: skip
    return found[:60] if len(found) >= 2 and not re.search(r"\d", found) else None
