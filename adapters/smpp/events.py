"""SMPP's words: a deliver_sm is a customer's message or the receipt of one of ours. Pure.

Codings: SMPP 3.4, 5.2.19. Receipts: 5.3.2.35 (message_state) and the text of appendix B, which everybody uses.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from adapters.smpp import pieces
from adapters.smpp.pdu import INTERNATIONAL, RECEIPTED_ID, STATE, Delivered
from adapters.texting import alphabet, optout
from adapters.texting.numbers import e164, sender
from hub.model import Address, Inbound, Notice, Part, Receipt, Said, Status, Text

CHANNEL = "smpp"
KIND = 0x3C
RECEIPT, INTERMEDIATE = 0x04, 0x20
CODECS: Mapping[int, str] = {1: "ascii", 3: "latin-1", 6: "iso8859-5", 7: "iso8859-8", 8: "utf-16-be"}
LONG_FORM = re.compile(r"\bid:\S+.*\bstat:[A-Za-z]+", re.DOTALL)
WORD = re.compile(r"\b(id|stat|err):\s*(\S+)")
STATES: Mapping[int, str] = {
    1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD", 7: "UNKNOWN", 8: "REJECTD",
}  # fmt: skip
STATUSES: Mapping[str, Status] = {
    "DELIVRD": Status.DELIVERED, "EXPIRED": Status.FAILED, "DELETED": Status.FAILED, "UNDELIV": Status.FAILED,
    "REJECTD": Status.FAILED,
}  # fmt: skip
"""What is not here (ENROUTE, ACCEPTD, UNKNOWN) says no more than the answer to our submit did."""


class Inbox(Struct, frozen=True, kw_only=True):
    """What reading needs to know of the inbox."""

    id: str
    region: str = ""
    alphabet: str = "gsm7"
    receipt_ids: str = "same"
    stop_words: tuple[str, ...] = ()


def is_receipt(message: Delivered) -> bool:
    """Say whether it is news of a message of ours; some centres forget to set esm_class."""
    kind = message.esm_class & KIND
    if kind:
        return kind in (RECEIPT, INTERMEDIATE)
    return message.octets.startswith(b"id:") and LONG_FORM.search(_ascii(message)) is not None


def receipt(inbox: Inbox, message: Delivered, *, at: datetime, raw: bytes) -> list[Inbound]:
    """Return the receipt; nothing for an intermediate one, or one without an id. Parameters go before the text."""
    told = {name: value for name, value in WORD.findall(_ascii(message)[:500])}
    named = message.extra.get(RECEIPTED_ID, b"").rstrip(b"\0").decode("ascii", "replace") or told.get("id", "")
    state = STATES.get(int.from_bytes(message.extra.get(STATE, b""))) or told.get("stat", "").upper()[:7]
    status = STATUSES.get(state)
    if not named or status is None or message.esm_class & KIND == INTERMEDIATE:
        return []
    return [
        Receipt(
            inbox=inbox.id, provider_id=f"receipt:{named}:{state}"[:512], sender=address(inbox, message), sent_at=at,
            message=named, status=status, reason=_reason(state, told) if status is Status.FAILED else "", raw=raw,
        )
    ]  # fmt: skip


def said(inbox: Inbox, found: Sequence[Delivered | None], *, key: str, at: datetime, raw: bytes) -> Said:
    """Return a message from its pieces, in order; None is a piece that never came."""
    first = next(one for one in found if one is not None)
    parts = _parts(inbox, found, first)
    words = parts[0].body if isinstance(parts[0], Text) else ""
    who = address(inbox, first)
    return Said(
        inbox=inbox.id, provider_id=key, sender=who, sent_at=at, parts=parts, raw=raw,
        who=sender(who.user, written_to=first.destination[:32]),
        opt=optout.opt(words, who.user, region=inbox.region, extra=inbox.stop_words),
    )  # fmt: skip


def address(inbox: Inbox, message: Delivered) -> Address:
    """Return who wrote it, as E.164 where that can be told."""
    source = message.source
    if message.source_ton == INTERNATIONAL and not source.startswith("+"):
        source = f"+{source}"
    return Address(channel=CHANNEL, user=e164(source, inbox.region) or "unknown")


def response_id(inbox: Inbox, id: str) -> str:
    """Return the id that receipts will name, from the one that the answer to a submit named."""
    try:
        match inbox.receipt_ids:
            case "decimal":
                return str(int(id, 16))
            case "hexadecimal":
                return f"{int(id):x}"
            case _:
                return id
    except ValueError:
        return id


def _parts(inbox: Inbox, found: Sequence[Delivered | None], first: Delivered) -> tuple[Part, ...]:
    """Decode the octets together, because others cut letters in two; around a gap each side by itself."""
    runs: list[bytes] = [b""]
    for one in found:
        if one is None:
            runs.append(b"")
        else:
            runs[-1] += pieces.content(one)
    texts = [_decoded(run, first.coding, inbox.alphabet) for run in runs if run]
    if None in texts or not any(texts):
        return (Notice(code="unsupported", facts={"type": f"data_coding {first.coding}" if texts else "empty"}),)
    gap = any(one is None for one in found)
    body = " […] ".join(text for text in texts if text)
    if gap and len(texts) == 1:
        body = f"[…] {body}" if found[0] is None else f"{body} […]"
    return (Text(body=body[:20_000]),)


def _decoded(octets: bytes, coding: int, default: str) -> str | None:
    if coding >> 4 == 0xF:  # message classes: 8-bit data, or the default alphabet
        coding = 4 if coding & 4 else 0
    if coding == 0 and default == "gsm7":
        return alphabet.decode(octets)
    codec = {"latin1": "latin-1", "ascii": "ascii"}[default] if coding == 0 else CODECS.get(coding)
    return octets.decode(codec, "replace") if codec else None


def _ascii(message: Delivered) -> str:
    return pieces.content(message).decode("ascii", "replace")


def _reason(state: str, told: Mapping[str, str]) -> str:
    fault = told.get("err", "").strip("0")
    return f"{state.lower()} {told['err']}"[:200] if fault else state.lower()
