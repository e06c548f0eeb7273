"""What message centres deliver: PDUs packed by smpp34, which is another project and another language (Rust)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smpp34 import DeliverSm, Tlv

from hub.model import Text
from tests.adapters.texting.evidence import Call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.model import Part
    from tests.adapters.contract.kit import Kit

SOURCE = "packed by smpp34 1.5.0's own encoder; fields after SMPP 3.4 (4.6.1, appendix B), values invented"
PAYLOAD, RECEIPTED_ID, STATE = 0x0424, 0x001E, 0x0427
PERSON, CENTRE = "8613800138000", "10690007"
NOT_HTTP = "SMPP is not HTTP: tests/adapters/test_smpp.py compares the wire with two message centres"
SETTINGS: dict[str, Any] = {
    "settings": {
        "host": "127.0.0.1",
        "port": 9,
        "system_id": "yizhan",
        "password": "secret08",
        "from_number": CENTRE,
    },
    "exempt": {"is_sent_as_its_golden_says": NOT_HTTP},
}
PROVIDER: dict[str, Any] = {}
FORM = "id:{id} sub:001 dlvrd:{n} submit date:2611200800 done date:2611200801 stat:{stat} err:{err} text:..."


def calls() -> Iterator[Call]:
    """Give every recording."""
    yield said("text__chinese_and_emoji", "家里停水了 😢".encode("utf-16-be"), data_coding=8)
    yield said("text__gsm_alphabet", b"\x00\x11 10\x1b\x65 {x}".replace(b"{", b"\x1b\x28").replace(b"}", b"\x1b\x29"))
    yield said("text__latin1", "Grüße".encode("latin-1"), data_coding=3)
    yield said("text__opt_out", "ＴＤ".encode("utf-16-be"), data_coding=8)
    yield said("text__payload", b"", data_coding=8, tlvs=[
        Tlv(PAYLOAD, ("很长的一条短信。" * 20).encode("utf-16-be"))])  # fmt: skip
    yield said("text__piece", bytes((5, 0, 3, 7, 2, 1)) + "上半".encode("utf-16-be"), data_coding=8, esm_class=0x40)
    yield said("unknown__binary", b"\x01\x02\x03", data_coding=4)
    yield said("receipt__delivered", _form("DELIVRD"), esm_class=4)
    yield said("receipt__undelivered", _form("UNDELIV", id="00000002", err="011"), esm_class=4)
    yield said("receipt__parameters", b"no form at all", esm_class=4, tlvs=[
        Tlv(RECEIPTED_ID, b"00000003\0"), Tlv(STATE, b"\x03")])  # fmt: skip
    yield said("receipt__enroute", _form("ENROUTE", id="00000004"), esm_class=4)
    yield said("receipt__unmarked", _form("DELIVRD", id="00000005"))


def said(name: str, octets: bytes, **more: Any) -> Call:
    """Return a recording of one deliver_sm."""
    pdu = DeliverSm(PERSON, CENTRE, octets, source_addr_ton=1, source_addr_npi=1, sequence_number=9, **more)
    return Call(name=name, source=SOURCE, target="/deliver_sm", method="SMPP", body=pdu.encode())


def _form(stat: str, *, id: str = "00000001", err: str = "000") -> bytes:
    return FORM.format(id=id, stat=stat, err=err, n="001" if stat == "DELIVRD" else "000").encode()


def parts(kit: Kit) -> dict[str, Part]:
    """Return one part of each kind that it carries."""
    return {"text": Text(body="正在抢修，预计 18:00 来水 🚰")}
