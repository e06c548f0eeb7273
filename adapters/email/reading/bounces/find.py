"""Is this mail a bounce, and what does it say?"""

from collections.abc import Collection

from adapters.email.reading import automatic, people
from adapters.email.reading.bounces import original, report, signs, told
from adapters.email.reading.fields import Fields
from adapters.email.reading.mail import Bounce, Failed, Mailbox, Piece
from adapters.email.reading.parameters import Typed

STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})
FAILED = ("x-failed-recipients", "x-failed-recipient")


def read(
    head: Fields, media: Typed, sender: Mailbox, subject: str, text: str, pieces: list[Piece], ours: Collection[str]
) -> Bounce | None:
    """Return what the mail says of a mail of ours, or None when it says nothing of that kind."""
    reported = [failed for piece in pieces if piece.media_type in STATUS for failed in report.recipients(piece.content)]
    reported = reported or _in_text(text)
    text = text or _prose(pieces)
    if not reported and not _looks(head, media, sender, subject, text):
        return None
    back = original.find(pieces, text, head)
    people_in = reported or _told(head, text, back, [*ours, sender.address])
    return Bounce(
        recipients=tuple(_explained(failed, text) for failed in people_in),
        original_message_id=back.message_id, reason=_reason(people_in, text),
        permanent=any(failed.permanent for failed in people_in), traces=back.traces,
    )  # fmt: skip


def _prose(pieces: list[Piece]) -> str:
    """Return what a report without a text says between its fields."""
    return next((piece.content[:20_000].decode("utf-8", "replace") for piece in pieces if piece.role == "report"), "")


def _in_text(text: str) -> list[Failed]:
    """Some systems write the report for machines into the text."""
    at = text.lower().find("final-recipient:")
    if at < 0:
        return []
    begin = text.rfind("\n\n", 0, at) + 1
    return report.recipients(told.report(text[begin:]).encode()) if text[:at].lower().count("\n>") < 3 else []


def _looks(head: Fields, media: Typed, sender: Mailbox, subject: str, text: str) -> bool:
    """Weigh the signs; one is never enough, except that of a report on a delivery, or of a named failure."""
    kind = media.get("report-type").lower()
    if media.value == "multipart/report" and kind in ("delivery-status", ""):
        return True
    if kind in ("disposition-notification", "feedback-report"):
        return False
    if any(head.has(name) for name in FAILED):
        return True
    mailer = automatic.daemon(sender.address) or signs.NAME.search(sender.name) is not None
    if signs.REPLY.match(subject) and not mailer:
        return False
    nobody = [value.strip() for value in head.all("return-path")][:1] == [b"<>"]
    titled = signs.SUBJECT.search(subject) is not None
    says = signs.STRONG.search(told.report(text)[:3000]) is not None
    return ((mailer or nobody) and (says or titled)) or (says and titled and not head.has("in-reply-to"))


def _told(head: Fields, text: str, back: original.Original, ours: list[str]) -> list[Failed]:
    failed = [person.address for name in FAILED for value in head.all(name) for person in people.read(value, 50)]
    found = told.recipients(text, ours, [address for address in failed if address])
    return found or told.recipients(text, ours, [*back.to])


def _explained(failed: Failed, text: str) -> Failed:
    return failed if failed.diagnostic else Failed(
        address=failed.address, action=failed.action, status=failed.status, permanent=failed.permanent,
        diagnostic=told.reason(text),
    )  # fmt: skip


def _reason(recipients: list[Failed], text: str) -> str:
    said = next((failed.diagnostic for failed in recipients if failed.diagnostic), "")
    return said[:300] or told.reason(text)
