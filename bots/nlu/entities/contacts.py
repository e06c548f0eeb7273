"""Telephone numbers and e-mail addresses. Pure.

A number is written E.164 (`+8613812345678`), as the library `phonenumbers` reads it in China; one that no plan of
numbers has is none. Service numbers (95598, 400-...) are kept as they are dialled where that plan knows them.
"""

import re

import phonenumbers

from bots.nlu.entities.hits import Hit, Setting
from bots.nlu.entities.triggers import FIGURES, Trigger

PHONE_TRIGGER = Trigger(FIGURES, then=r"\d[\d\s()-]{4,}\d")
EMAIL_TRIGGER = Trigger("@")
_NUMBER = re.compile(r"(?<![\w.-])(?:\+|00)?\(?\+?\d[\d\s()-]{5,20}\d(?![\w]|[.-]\d)", re.ASCII)
_EMAIL = re.compile(
    r"(?<![\w.+-])[a-z0-9][\w.+%-]{0,63}@[a-z0-9](?:[a-z0-9-]{0,62}\.)+[a-z]{2,24}(?![a-z0-9-]|\.[a-z])", re.ASCII
)
_FOUND = 20
"""Candidates looked at in one text."""


def phones(text: str, setting: Setting) -> list[Hit]:
    """Return the telephone numbers."""
    hits = []
    for count, match in enumerate(_NUMBER.finditer(text)):
        if count >= _FOUND:
            break
        for start, end in _pieces(match):
            told = _dialled(text[start:end])
            if told:
                hits.append(Hit(kind="phone", start=start, end=end, value=told))
    return hits


def _pieces(match: re.Match[str]) -> list[tuple[int, int]]:
    """Return the whole; and, when the text is two numbers with a space between them, each."""
    if _dialled(match[0]):
        return [match.span()]
    return [
        (match.start() + one.start(), match.start() + one.end()) for one in re.finditer(r"\(?\+?[\d()-]+\d", match[0])
    ]


def _dialled(text: str) -> str | None:
    digits = re.sub(r"\D", "", text)
    if not 7 <= len(digits) <= 15 or (len(digits) < 10 and digits[0] != "0" and not text.startswith(("+", "("))):
        return None
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def emails(text: str, setting: Setting) -> list[Hit]:
    """Return the e-mail addresses, in small letters."""
    return [
        Hit(kind="email", start=match.start(), end=match.end(), value=match[0])
        for match in _EMAIL.finditer(text)
        if ".." not in match[0] and ".@" not in match[0]
    ]
