"""Bounces of many systems: who, why, for good or not, and which mail of ours."""

from pathlib import Path

import pytest
from msgspec import Struct

from adapters.email.reading import Bounce, read


class Case(Struct, frozen=True, kw_only=True):
    """One bounce and what it says. Ours, after the form in which each system writes them."""

    name: str
    recipients: list[str]
    action: str
    status: str
    original: str
    raw: str


def _case(text: str) -> Case:
    told, _, raw = text.partition("\n")
    name, people, action, status, original = [field.strip() for field in told.split("|")]
    recipients = [one.strip() for one in people.split(",")]
    return Case(name=name, recipients=recipients, action=action, status=status, original=original, raw=raw)


TEXT = (Path(__file__).parent / "bounces.txt").read_text(encoding="utf-8")
CASES = [_case(text) for text in TEXT.split("=== ")[1:]]


def _bounce(raw: str, breaks: str = "\r\n") -> Bounce:
    found = read(raw.replace("\n", breaks).encode()).bounce
    assert found
    return found


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
@pytest.mark.parametrize("breaks", ["\r\n", "\n", "\r"], ids=["crlf", "lf", "cr"])
def test_a_bounce_says_who_and_why(case: Case, breaks: str) -> None:
    found = _bounce(case.raw, breaks)
    assert [one.address for one in found.recipients] == case.recipients
    assert {one.action for one in found.recipients} == {case.action}
    assert found.permanent == (case.action == "failed")
    assert not case.status or {one.status for one in found.recipients} == {case.status}
    assert found.original_message_id == case.original
    assert found.reason
    assert read(case.raw.encode()).automatic


ORDINARY = [
    "From: li@example.com\nSubject: 退信怎么办\n\n我的邮件被拒，550 5.1.1，怎么办。\n",
    "From: li@example.com\nSubject: Re: Undelivered Mail Returned to Sender\n\n> could not be delivered\n\nI "
    "saw this too.\n",
    "From: li@example.com\nSubject: delivery failed\n\nMy parcel was not delivered to my house. When does it come?\n",
    "From: postmaster@example.com\nSubject: question\n\nPlease add our domain to your list.\n",
    "From: news@example.com\nSubject: news\nReturn-Path: <>\n\nHello there, this is our newsletter.\n",
]


@pytest.mark.parametrize("raw", ORDINARY)
def test_who_only_speaks_of_a_bounce_is_no_bounce(raw: str) -> None:
    assert read(raw.encode()).bounce is None


def test_a_reading_receipt_is_automatic_and_no_bounce() -> None:
    raw = (
        "From: li@example.com\nSubject: Read: hello\nContent-Type: multipart/report; boundary=b;\n"
        " report-type=disposition-notification\n\n--b\n\nYour message was displayed.\n--b\n"
        "Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;li@example.com\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\n--b--\n"
    )
    mail = read(raw.encode())
    assert mail.bounce is None
    assert mail.automatic == "report"


def test_a_complaint_is_automatic_and_no_bounce() -> None:
    raw = (
        "From: fbl@isp.example\nSubject: FW: hello\n"
        "Content-Type: multipart/report; boundary=b; report-type=feedback-report\n"
        "\n--b\n\nThis is an email abuse report.\n--b\n"
        "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\n--b--\n"
    )
    mail = read(raw.encode())
    assert mail.bounce is None
    assert mail.automatic


def test_a_report_of_success_is_not_permanent() -> None:
    success = CASES[0].raw.replace("Action: failed", "Action: relayed").replace("Status: 5.1.1", "Status: 2.0.0")
    found = _bounce(success)
    assert found.recipients[0].action == "relayed"
    assert not found.permanent


def test_the_traces_hold_all_that_may_prove_the_conversation() -> None:
    raw = CASES[0].raw.replace("From: service@hub.example\nTo: missing", "From: service+token@hub.example\nTo: missing")
    mail = read(raw.encode())
    assert mail.bounce
    assert "m1@hub.example" in mail.traces
    assert "service+token@hub.example" in mail.traces
