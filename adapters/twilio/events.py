"""Twilio's words: an incoming message or the status of one of ours becomes what the hub knows. Pure.

https://www.twilio.com/docs/messaging/guides/webhook-request; parameters are added without notice, so none is refused.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from adapters.texting import optout
from adapters.texting.numbers import e164, sender
from adapters.twilio.form import Fields
from hub.errors import Malformed
from hub.model import Address, Inbound, Location, Notice, Part, Receipt, Remote, Said, Status, Text

CHANNEL = "twilio"
STATUSES: Mapping[str, Status | None] = {
    "accepted": None, "scheduled": None, "queued": None, "sending": None,
    "sent": Status.SENT, "delivered": Status.DELIVERED, "read": Status.READ,
    "undelivered": Status.FAILED, "failed": Status.FAILED, "canceled": Status.FAILED,
}  # fmt: skip
"""What each status of Twilio's is here; None is older news than the answer that we had when we sent."""
REASONS: Mapping[str, str] = {
    "21610": "opted_out", "30003": "unreachable", "30004": "blocked", "30005": "unknown_number", "30006": "landline",
    "30007": "filtered", "30008": "unknown_error", "30034": "unregistered_sender",
}  # fmt: skip
"""https://www.twilio.com/docs/api/errors; Twilio splits codes over time, so nothing but the word depends on them."""
MOST_MEDIA = 10


class Inbox(Struct, frozen=True, kw_only=True):
    """What reading needs to know of the inbox."""

    id: str
    answers_stop: bool
    stop_words: tuple[str, ...] = ()


def read(inbox: Inbox, event: Fields, *, at: datetime, raw: bytes) -> list[Inbound]:
    """Return what came in. Raises `Malformed` for what is not Twilio's."""
    sid = event.get("MessageSid") or event.get("SmsSid") or ""
    if not sid or not event.get("AccountSid"):
        raise Malformed("Not an event of Twilio messaging", inbox=inbox.id)
    if "MessageStatus" in event and event.get("SmsStatus") != "received":
        return _status(inbox, event, sid, at=at, raw=raw)
    if not event.get("From"):
        raise Malformed("A message without its sender", inbox=inbox.id)
    return [_said(inbox, event, sid, at=at, raw=raw)]


def _status(inbox: Inbox, event: Fields, sid: str, *, at: datetime, raw: bytes) -> list[Inbound]:
    told = event["MessageStatus"].lower()
    if (status := STATUSES.get(told)) is None:
        return []
    return [
        Receipt(
            inbox=inbox.id, provider_id=f"{sid}:{told}", sender=_address(event.get("To", "")), sent_at=at,
            message=sid, status=status, reason=_reason(event, told) if status is Status.FAILED else "", raw=raw,
        )
    ]  # fmt: skip


def _reason(event: Fields, told: str) -> str:
    code = event.get("ErrorCode", "")
    return REASONS.get(code) or (f"twilio_{code}" if code else told)


def _said(inbox: Inbox, event: Fields, sid: str, *, at: datetime, raw: bytes) -> Said:
    # MessageSid is Twilio's own name for the message, the same at every repeat of the call.
    number = e164(event["From"])
    body = event.get("Body", "")
    ends = _opt(inbox, event, body, number)
    place = " ".join(event[name] for name in ("FromCity", "FromState", "FromCountry") if event.get(name))
    return Said(
        inbox=inbox.id, provider_id=sid, sender=_address(number), sent_at=at, raw=raw,
        parts=tuple(_parts(event, body, sid)) or (_unknown(event),),
        who=sender(number, place=place[:128]), opt=ends, opt_confirmed=bool(ends) and _confirmed(inbox, event, body),
        reply_to=event.get("OriginalRepliedMessageSid", ""),
    )  # fmt: skip


def _parts(event: Fields, body: str, sid: str) -> Iterator[Part]:
    words = body or event.get("ButtonText", "")
    if words:
        yield Text(body=words[:20_000])
    count = event.get("NumMedia", "0")
    for number in range(min(int(count) if count.isdecimal() else 0, MOST_MEDIA)):
        if url := event.get(f"MediaUrl{number}"):
            kind = event.get(f"MediaContentType{number}", "")
            yield Remote(kind=_kind(kind), ref=url[:2048], name=f"{sid}-{number}.{_ending(kind)}"[:256])
    if place := _location(event):
        yield place


def _location(event: Fields) -> Location | None:
    try:
        latitude, longitude = float(event["Latitude"]), float(event["Longitude"])
    except (KeyError, ValueError):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return Location(
        latitude=latitude, longitude=longitude, label=(event.get("Label") or event.get("Address", ""))[:256]
    )


def _unknown(event: Fields) -> Notice:
    return Notice(code="unsupported", facts={"type": event.get("MessageType", "empty")[:64]})


def _opt(inbox: Inbox, event: Fields, body: str, number: str) -> optout.Opt:
    match event.get("OptOutType", ""):
        case "STOP":
            return "out"
        case "START":
            return "in"
        case "HELP":
            return ""
        case _:
            return optout.opt(body, number, extra=inbox.stop_words)


def _confirmed(inbox: Inbox, event: Fields, body: str) -> bool:
    """Say whether Twilio has answered already: Advanced Opt-Out says so, and its default words are always answered."""
    word = optout.fold(body)
    return bool(event.get("OptOutType")) or (inbox.answers_stop and word in optout.STOP | optout.START)


def _address(number: str) -> Address:
    return Address(channel=CHANNEL, user=e164(number) or "unknown")


def _kind(media_type: str) -> Literal["image", "audio", "video", "file"]:
    match media_type.partition("/")[0].lower():
        case "image":
            return "image"
        case "audio":
            return "audio"
        case "video":
            return "video"
        case _:
            return "file"


def _ending(media_type: str) -> str:
    ending = media_type.partition(";")[0].rpartition("/")[2].lower()
    return {"jpeg": "jpg", "quicktime": "mov", "x-vcard": "vcf", "plain": "txt"}.get(ending, ending[:8] or "bin")
