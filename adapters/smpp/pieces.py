"""Long messages: which piece of what a deliver_sm is, and the pieces that a long text of ours travels as. Pure.

3GPP TS 23.040, 9.2.3.24.1 and .8 (headers 05 00 03 and 06 08 04), SMPP 3.4, 5.3.2.22 to .24 (sar_* parameters).
"""

from collections.abc import Iterator

from msgspec import Struct

from adapters.smpp.pdu import SAR_NUMBER, SAR_REF, SAR_TOTAL, UDHI, Delivered
from adapters.texting import alphabet
from adapters.texting.segments import encoding_of, split

CONCAT_8, CONCAT_16 = 0x00, 0x08
GSM7, LATIN1, UCS2 = 0, 3, 8


class Place(Struct, frozen=True, kw_only=True):
    """Piece `number` of `total`, of the long message `ref`."""

    ref: int
    total: int
    number: int


class Short(Struct, frozen=True, kw_only=True):
    """One short message to submit. `headed`: the octets begin with a user data header."""

    octets: bytes
    coding: int
    headed: bool = False


def place(message: Delivered) -> Place | None:
    """Return which piece it is, or None for a message that is whole (or claims an impossible place)."""
    told = _header(message) if message.esm_class & UDHI else _parameters(message)
    return told if told and 1 <= told.number <= told.total and told.total > 1 else None


def content(message: Delivered) -> bytes:
    """Return the octets of the text, without the header before them."""
    if not message.esm_class & UDHI or not message.octets:
        return message.octets
    return message.octets[1 + message.octets[0] :]


def cut(text: str, ref: int) -> Iterator[Short]:
    """Give what to submit, in order; `ref` (0 to 255) is the same for all pieces and another for the next message."""
    pieces = list(split(text))
    coded = encoding_of(text)
    for number, piece in enumerate(pieces, start=1):
        octets = alphabet.encode(piece) if coded == "gsm7" else piece.encode("utf-16-be")
        head = bytes((5, CONCAT_8, 3, ref % 256, len(pieces), number)) if len(pieces) > 1 else b""
        yield Short(octets=head + octets, coding=GSM7 if coded == "gsm7" else UCS2, headed=bool(head))


def _header(message: Delivered) -> Place | None:
    """Walk the elements of the user data header; other elements (ports) may stand before ours."""
    octets = message.octets
    end = min(1 + octets[0], len(octets)) if octets else 0
    at = 1
    while at + 2 <= end:
        kind, length = octets[at], octets[at + 1]
        value = octets[at + 2 : min(at + 2 + length, end)]
        if kind == CONCAT_8 and len(value) == 3:
            return Place(ref=value[0], total=value[1], number=value[2])
        if kind == CONCAT_16 and len(value) == 4:
            return Place(ref=int.from_bytes(value[:2]), total=value[2], number=value[3])
        at += 2 + length
    return None


def _parameters(message: Delivered) -> Place | None:
    told = [message.extra.get(tag) for tag in (SAR_REF, SAR_TOTAL, SAR_NUMBER)]
    ref, total, number = (int.from_bytes(value) if value else 0 for value in told)
    return Place(ref=ref, total=total, number=number) if total else None
