"""The API channel's signature: the scheme's own example, rotation, and every way to forge one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from adapters.http import Answer, retry_after
from hub.errors import ChannelBroken, Unverified
from hub.standard_webhooks import check, sign

AT = datetime(2021, 2, 25, 14, 12, 45, tzinfo=UTC)
OLD, NEW = "the-old-secret-of-both", "the-new-secret-of-both"


def test_the_signature_is_that_of_the_scheme() -> None:
    """The example of the specification's own libraries."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    at = datetime.fromtimestamp(1614265330, UTC)
    made = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_while_the_secret_changes_both_are_good_and_a_sender_may_sign_twice() -> None:
    for secrets in ((NEW, OLD), (OLD, "")):
        check(sign(OLD, "m", AT, b"x"), b"x", secrets, at=AT, tolerance=300)
    twice = sign(OLD, "m", AT, b"x")
    twice["webhook-signature"] = f"v1a,zzz {twice['webhook-signature']} {sign(NEW, 'm', AT, b'x')['webhook-signature']}"
    check(twice, b"x", (NEW,), at=AT, tolerance=300)


@pytest.mark.parametrize(
    ("changed", "body", "late"),
    [
        ({}, b"y", 0),
        ({}, b"x", 301),
        ({}, b"x", -301),
        ({"webhook-id": "other"}, b"x", 0),
        ({"webhook-timestamp": "1614262364"}, b"x", 0),
        ({"webhook-timestamp": "٣"}, b"x", 0),
        ({"webhook-timestamp": "-1"}, b"x", 0),
        ({"webhook-timestamp": "9" * 30}, b"x", 0),
        ({"webhook-signature": ""}, b"x", 0),
        ({"webhook-signature": "v1,"}, b"x", 0),
        ({"webhook-signature": "v0,abc"}, b"x", 0),
        ({"webhook-signature": "v1,ü"}, b"x", 0),
        ({"webhook-id": ""}, b"x", 0),
    ],
)
def test_a_forged_or_replayed_one_is_refused(changed: dict[str, str], body: bytes, late: int) -> None:
    headers = {**sign(NEW, "m", AT, b"x"), **changed}
    with pytest.raises(Unverified) as refused:
        check(headers, body, (NEW,), at=AT + timedelta(seconds=late), tolerance=300)
    assert refused.value.hint


def test_without_any_secret_it_fails_closed() -> None:
    with pytest.raises(ChannelBroken):
        check(sign("", "m", AT, b"x"), b"x", ("", ""), at=AT, tolerance=300)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("7", 7), ("0", 0), ("99999999", 3600), ("soon", None), ("", None), ("-5", None), ("9" * 40, None)],
)
def test_how_long_to_wait(told: str, seconds: int | None) -> None:
    waits = retry_after(Answer(status=503, headers={"retry-after": told}, body=b""), AT)
    assert waits == (None if seconds is None else timedelta(seconds=seconds))


def test_a_date_to_wait_for() -> None:
    for offset, wanted in ((90, 90), (-90, 0)):
        when = format_datetime(AT + timedelta(seconds=offset), usegmt=True)
        waits = retry_after(Answer(status=503, headers={"retry-after": when}, body=b""), AT)
        assert waits == timedelta(seconds=wanted)
