"""A deliver_sm as it came, read without trust: SMPP 3.4, 4.6.1 (fields), 5.3 (optional parameters). Pure.

aiosmpplib 0.7 reads these too, and raises what nobody catches for an odd date, an unknown coding or a cut header; it
takes a 16-bit reference for a 32-bit one. What comes from outside is therefore read here.
"""

import struct
from collections.abc import Mapping

from msgspec import Struct

from hub.errors import Malformed

HEADER = 16
DELIVER_SM = 0x00000005
UDHI = 0x40
PAYLOAD, RECEIPTED_ID, STATE = 0x0424, 0x001E, 0x0427
SAR_REF, SAR_TOTAL, SAR_NUMBER = 0x020C, 0x020E, 0x020F
INTERNATIONAL = 1


class Head(Struct, frozen=True, kw_only=True):
    """The sixteen octets before every body."""

    length: int
    command: int
    status: int
    sequence: int


class Delivered(Struct, frozen=True, kw_only=True):
    """One deliver_sm. `octets` is the message with its user data header, if it has one (`esm_class` tells)."""

    source: str
    source_ton: int
    destination: str
    esm_class: int
    coding: int
    octets: bytes
    extra: Mapping[int, bytes]


def head(octets: bytes) -> Head:
    """Read the first sixteen octets; raises `Malformed`."""
    try:
        length, command, status, sequence = struct.unpack_from("!IIII", octets)
    except struct.error as error:
        raise Malformed("Not a PDU of SMPP") from error
    return Head(length=length, command=command, status=status, sequence=sequence)


def pack(command: int, sequence: int, status: int = 0, body: bytes = b"") -> bytes:
    """Return a whole PDU."""
    return struct.pack("!IIII", HEADER + len(body), command, status, sequence) + body


def read(pdu: bytes) -> Delivered:
    """Read one whole deliver_sm; raises `Malformed`."""
    told = head(pdu)
    if told.command != DELIVER_SM or told.length != len(pdu):
        raise Malformed("Not a deliver_sm", command=hex(told.command), length=told.length)
    try:
        return _body(_Reader(pdu, HEADER))
    except (IndexError, ValueError) as error:
        raise Malformed("A deliver_sm that is cut or wrong") from error


class _Reader:
    """Where in the octets we are. Raises IndexError at the end."""

    def __init__(self, octets: bytes, at: int) -> None:
        self._octets = octets
        self._at = at

    @property
    def left(self) -> int:
        return len(self._octets) - self._at

    def take(self, count: int) -> bytes:
        if count > self.left:
            raise IndexError("the PDU ends too early")
        self._at += count
        return self._octets[self._at - count : self._at]

    def number(self, count: int = 1) -> int:
        return int.from_bytes(self.take(count))

    def text(self) -> str:
        """Read a C string; an address is ASCII, and whatever else comes is shown and does not fail."""
        end = self._octets.index(0, self._at)
        return self.take(end - self._at + 1)[:-1].decode("ascii", "replace")


def _body(octets: _Reader) -> Delivered:
    octets.text()  # service_type
    source_ton, _, source = octets.number(), octets.number(), octets.text()
    _, _, destination = octets.number(), octets.number(), octets.text()
    esm_class = octets.number()
    octets.take(2)  # protocol_id, priority_flag
    octets.text(), octets.text()  # schedule_delivery_time, validity_period
    octets.take(2)  # registered_delivery, replace_if_present_flag
    coding = octets.number()
    octets.take(1)  # sm_default_msg_id
    short = octets.take(octets.number())
    extra = _extra(octets)
    return Delivered(
        source=source, source_ton=source_ton, destination=destination, esm_class=esm_class, coding=coding,
        octets=short or extra.get(PAYLOAD, b""), extra=extra,
    )  # fmt: skip


def _extra(octets: _Reader) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while octets.left:
        tag, length = octets.number(2), octets.number(2)
        found[tag] = octets.take(length)
    return found
