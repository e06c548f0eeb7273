"""Heads as they are really sent: people, subjects, ids, dates; and the signs of machines."""

from datetime import UTC, datetime

import pytest

from adapters.email.reading import Mail, read


def _head(*lines: str, body: str = "hello") -> Mail:
    return read("\r\n".join([*lines, "", body]).encode())


@pytest.mark.parametrize(
    ("line", "name", "address"),
    [
        ("From: Li Lei <li@Example.COM>", "Li Lei", "li@example.com"),
        ("From: li@example.com", "", "li@example.com"),
        ("From: <li@example.com>", "", "li@example.com"),
        ("From: li@example.com.", "", "li@example.com"),
        ("From: Li, Lei <li@example.com>", "Li, Lei", "li@example.com"),
        ('From: "Li, Lei" <li@example.com>', "Li, Lei", "li@example.com"),
        ("From: Lei Li. <li@example.com>", "Lei Li.", "li@example.com"),
        ("From: li@example.com (Li Lei)", "Li Lei", "li@example.com"),
        ("From: Li Lei li@example.com", "Li Lei", "li@example.com"),
        ("From: Li Lei <li@example.com", "Li Lei", "li@example.com"),
        ("From: \"'li@example.com'\" <li@example.com>", "", "li@example.com"),
        ("From: mailto:li@example.com", "", "li@example.com"),
        ("From: [li@example.com]", "", "li@example.com"),
        ("From: li@example.com <li@example.com>", "", "li@example.com"),
        ("From:", "", ""),
        ("From: 李雷", "李雷", ""),
        ("From: =?gb2312?B?wO7A1w==?= <li@example.com>", "李雷", "li@example.com"),
        ("From: =?utf-8?Q?Li,_Lei_<x@evil.example>?= <li@example.com>", "Li, Lei <x@evil.example>", "li@example.com"),
        ('From: "=?utf-8?B?5p2O6Zu3?=" <li@example.com>', "李雷", "li@example.com"),
        ('From: "Lei \\"L\\" Li" <li@example.com>', 'Lei "L" Li', "li@example.com"),
        ("From: undisclosed-recipients:;\r\nSender: li@example.com", "", "li@example.com"),
        ("From: \r\nFrom: Li <li@example.com>", "Li", "li@example.com"),
        ("From: a@b.example\r\nFrom: li@example.com", "", "a@b.example"),
        ("From: nobody\r\nReply-To: li@example.com", "nobody", "li@example.com"),
        ("Return-Path: <li@example.com>", "", "li@example.com"),
        ('From: "li lei"@example.com', "", "li lei@example.com"),
        ("From: O'Neil <o'neil+x@example.com>", "O'Neil", "o'neil+x@example.com"),
        ("From: 李雷 <李雷@例子.中国>", "李雷", "李雷@例子.中国"),
    ],
)
def test_somebody_is_found_in_any_from(line: str, name: str, address: str) -> None:
    mail = _head(line)
    if '"li lei"@' in line:
        assert mail.sender.address in ('"li lei"@example.com', "")
        return
    assert (mail.sender.name, mail.sender.address) == (name, address)
    assert mail.text == "hello"


def test_groups_comments_and_odd_separators_in_to() -> None:
    mail = _head("To: A Group: Chris <c@a.test>, joe@w.test;, , x@y.test; Last (a (deep) one) <l@z.test>")
    assert [one.address for one in mail.to] == ["c@a.test", "joe@w.test", "x@y.test", "l@z.test"]
    assert mail.to[0].name == "Chris"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?gb2312?B?udjT2s2jy64=?=", "关于停水"),
        ("=?gb2312?Q?=B9=D8=D3=DA =CD=A3=CB=AE?=", "关于 停水"),
        ("=?utf-8?B?5YWz5LqO5YGc?= =?utf-8?B?5rC0?=", "关于停水"),
        ("=?utf-8?B?5YWz5LqO5Q==?=\r\n =?utf-8?B?gZzmsLQ=?=", "关于停水"),
        ("=?utf-8?B?5YWz5LqO5YG?= =?utf-8?B?c5rC0?=", "关于停水"),
        ("=?gbk?B?udjT2g==?= =?big5?B?sLGk9A==?=", "关于停水"),
        ("=?unicode-1-1-utf-7?Q?+UXNOjlBcbDQ-?=", "关于停水"),
        ("=?iso-2022-jp?B?GyRCQ0c/ZRsoQg==?=", "断水"),
        ("=?utf-8*zh?Q?=E5=81=9C=E6=B0=B4?=", "停水"),
        ("Re: =?utf-8?q?=E5=81=9C?= today", "Re: 停 today"),
        ("=?UTF-8?B?5YGc5rC0", "=?UTF-8?B?5YGc5rC0"),
        ("=?x-none?B?VEVTVA==?=", "TEST"),
        ("plain  words", "plain  words"),
        ("", ""),
    ],
)
def test_subjects_are_read_as_they_were_meant(value: str, text: str) -> None:
    assert _head(f"Subject: {value}").subject == text


def test_the_thread_is_read_from_sloppy_fields() -> None:
    mail = _head(
        "References: <a@x> <b@x>,<a@x>\r\n <c@x>", "References: d@x", "In-Reply-To: <c@x> <b@x>", "Message-ID: <e@x>"
    )
    assert mail.message_id == "e@x"
    assert mail.in_reply_to == "c@x"
    assert mail.refs == ("a@x", "d@x", "b@x", "c@x")


@pytest.mark.parametrize("value", ["", "<>", "nil", "<nil>", "Your message of Friday"])
def test_an_empty_in_reply_to_is_none(value: str) -> None:
    mail = _head(f"In-Reply-To: {value}")
    assert mail.in_reply_to == ""
    assert mail.refs == ()


def test_a_mail_without_id_is_known_by_its_content() -> None:
    one, same, other = _head("Subject: a"), _head("Subject: a"), _head("Subject: b")
    assert one.message_id == same.message_id != other.message_id
    assert "message-id:missing" in one.faults


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("Fri, 20 Nov 2026 09:15:00 +0800", datetime(2026, 11, 20, 1, 15, tzinfo=UTC)),
        ("20 Nov 2026 09:15 +0800 (CST)", datetime(2026, 11, 20, 1, 15, tzinfo=UTC)),
        ("2026-11-20T09:15:00+08:00", datetime(2026, 11, 20, 1, 15, tzinfo=UTC)),
        ("2026-11-20 09:15:00 +0800", datetime(2026, 11, 20, 1, 15, tzinfo=UTC)),
        ("Fri, 20 Nov 3609 09:15:00 +0800", None),
        ("Pn, 29 paX 2007 21:13:00 +0100", None),
        ("", None),
    ],
)
def test_dates(value: str, meant: datetime | None) -> None:
    assert _head(f"Date: {value}").date == meant


@pytest.mark.parametrize(
    "before", ["\r\n\r\n", "From li@example.com Fri Nov 20 09:15:00 2026\r\n", ">From x\r\n", "\ufeff"]
)
def test_what_stands_before_the_head_hides_nothing(before: str) -> None:
    mail = read((before + "From: li@example.com\r\nSubject: 停水\r\n\r\nhello").encode())
    assert (mail.sender.address, mail.subject, mail.text) == ("li@example.com", "停水", "hello")


@pytest.mark.parametrize(
    ("line", "sign"),
    [
        ("Auto-Submitted: auto-replied", "auto-submitted:auto-replied"),
        ("Auto-Submitted: auto-generated (rejected)", "auto-submitted:auto-generated"),
        ("Auto-Submitted: no", ""),
        ("Return-Path: <>", "return-path:<>"),
        ("From: MAILER-DAEMON@example.com", "daemon"),
        ("Precedence: bulk", "precedence:bulk"),
        ("Precedence: auto_reply", "precedence:auto_reply"),
        ("Precedence: first-class", ""),
        ("X-Autoreply: yes", "x-autoreply"),
        ("X-Autorespond: yes", "x-autorespond"),
        ("X-Loop: other@example.com", "x-loop"),
        ("List-Id: <news.example.com>", "list"),
        ("List-Unsubscribe: <mailto:u@example.com>", "list"),
        ("Subject: 自动回复：我在休假", "subject"),
        ("Subject: Automatic reply: hello", "subject"),
        ("Subject: Re: 自动回复：我在休假", ""),
        ("X-Auto-Response-Suppress: All", ""),
        ("From: li@example.com", ""),
    ],
)
def test_signs_of_machines(line: str, sign: str) -> None:
    mail = _head(line)
    assert mail.automatic == sign
    assert mail.list == line.startswith("List-")


def test_a_wish_for_no_answer_is_told() -> None:
    assert _head("X-Auto-Response-Suppress: DR, OOF, AutoReply").answer_unwanted
    assert not _head("X-Auto-Response-Suppress: DR, RN, NRN").answer_unwanted


def test_our_own_mail_come_back_is_a_loop() -> None:
    own = ["service@water.example"]
    assert read(b"From: Service@Water.example\r\n\r\nx", own=own).loop
    assert read(b"From: a@b.example\r\nX-Loop: service@water.example\r\n\r\nx", own=own).loop
    assert read(b"Received: x\r\n" * 51 + b"From: a@b.example\r\n\r\nx").loop
    assert not read(b"From: a@b.example\r\n\r\nx", own=own).loop


RESULTS = (
    b"Authentication-Results: mx.water.example (v3); dkim=fail (bad \\) sig; spf=pass) header.d=a;\r\n"
    b" dkim=pass header.d=b; spf=softfail smtp.mailfrom=b.example; dmarc=none\r\n"
)
FORGED = b"Authentication-Results: evil.example; dkim=pass; spf=pass; dmarc=pass\r\n"


def test_only_our_own_server_is_believed() -> None:
    told = {"dkim": "pass", "spf": "softfail", "dmarc": "none"}
    assert read(RESULTS + FORGED + b"\r\nx").proofs == told
    assert read(b"Authentication-Results: mx.example; spf=fail\r\n" + FORGED + b"\r\nx").proofs == {"spf": "fail"}
    assert read(FORGED + RESULTS + b"\r\nx", trusted="MX.water.example").proofs == told
    assert read(FORGED + b"\r\nx", trusted="mx.water.example").proofs == {}
    assert read(b"Subject: x\r\n\r\nx").proofs == {}
