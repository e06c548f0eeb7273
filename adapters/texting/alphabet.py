"""The GSM 7-bit default alphabet with its extension table (3GPP TS 23.038, 6.2.1): which letters cost how much. Pure.

Septets travel unpacked in SMPP, one an octet; an extension letter is the escape 0x1B and a second septet.
"""

from typing import Final

ESCAPE: Final = 0x1B
BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION: Final = {
    0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€",
}  # fmt: skip
SEPTETS: Final[dict[str, bytes]] = {
    **{letter: bytes((code,)) for code, letter in enumerate(BASIC) if code != ESCAPE},
    **{letter: bytes((ESCAPE, code)) for code, letter in EXTENSION.items()},
}
"""Each letter of the alphabet as one or two septets."""


def fits(text: str) -> bool:
    """Say whether the alphabet has every letter of the text."""
    return all(letter in SEPTETS for letter in text)


def encode(text: str) -> bytes:
    """Return one octet a septet; raises `KeyError` for a letter the alphabet does not have (ask `fits` first)."""
    return b"".join(SEPTETS[letter] for letter in text)


def decode(septets: bytes) -> str:
    """Read one octet a septet. What is unknown after an escape is read without it, as 6.2.1 asks receivers to."""
    letters: list[str] = []
    escaped = False
    for octet in septets:
        if octet == ESCAPE and not escaped:
            escaped = True
            continue
        letters.append(_letter(octet, escaped))
        escaped = False
    return "".join(letters)


def _letter(octet: int, escaped: bool) -> str:
    if octet == ESCAPE:
        return " "  # an escape to a further table, which does not exist yet: 6.2.1.1 shows a space
    if escaped and octet in EXTENSION:
        return EXTENSION[octet]
    return BASIC[octet] if octet < len(BASIC) else "\ufffd"
