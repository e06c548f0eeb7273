"""Mail that leaves over postfix: what the customer finds in his mailbox, and what is told when it does not arrive."""

from __future__ import annotations

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from adapters.email import threads
from hub.errors import ChannelBroken, Refused, TryLater, Unsupported
from hub.model import Address, Card, Envelope, File, Html, Image, Outbound, Part, Status, Text
from tests.adapters.email import jwz
from tests.adapters.email.desk import CONVERSATION, RING, outbound, raw
from tests.mailhouse import SIZE
from tests.waiting import until

if TYPE_CHECKING:
    from tests.adapters.email.conftest import Mailbox

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c6360f8cf000003010100c9fe92ef0000000049454e44ae426082"
)


async def test_an_answer_arrives_in_the_thread_as_a_client_draws_it(mailbox: Mailbox) -> None:
    async with mailbox.desk.listening():
        await mailbox.receive("停水", id="first@kunde.example")
        await mailbox.desk.heard(1)
        said = mailbox.desk.said[0]
        assert said.envelope is not None
        refs = (*said.envelope.refs, said.envelope.message_id)
        ours = outbound(to=said.sender.user, reply_to=said.provider_id, envelope=Envelope(refs=refs))
        sent = await mailbox.desk.adapter.send(ours)
        mail = await arrived(mailbox)
        await mailbox.receive("Re: 停水", id="second@kunde.example", more=f"In-Reply-To: <{sent}>\r\n")
        await mailbox.desk.heard(2)
    assert mail["message-id"] == f"<{sent}>"
    assert mail["subject"] == "Re: 停水"
    assert mail["in-reply-to"] == "<first@kunde.example>"
    assert mail["auto-submitted"] is None
    assert "正在抢修，预计 18:00 来水" in text_of(mail)
    again = mailbox.desk.said[1]
    assert again.envelope is not None
    assert again.reply_to == sent
    assert again.envelope.conversation == CONVERSATION
    originals = [mailbox.desk.files.kept[one.original] for one in mailbox.desk.said]
    drawn = jwz.parents([originals[0], bytes(mail), originals[1]])
    assert drawn == {"first@kunde.example": "", sent: "first@kunde.example", "second@kunde.example": sent}


async def test_a_thread_of_many_keeps_its_whole_chain(mailbox: Mailbox) -> None:
    refs = tuple(f"{number:03d}.{'x' * 60}@kunde.example" for number in range(12))
    await mailbox.desk.adapter.send(to_customer(mailbox, envelope=Envelope(refs=refs)))
    mail = await arrived(mailbox)
    assert tuple(jwz.ID.findall(str(mail["references"]))) == refs
    assert mail["in-reply-to"] == f"<{refs[-1]}>"


async def test_what_it_answers_is_named_last(mailbox: Mailbox) -> None:
    envelope = Envelope(refs=("b@kunde.example", "a@kunde.example"))
    await mailbox.desk.adapter.send(to_customer(mailbox, envelope=envelope, reply_to="b@kunde.example~12345678"))
    mail = await arrived(mailbox)
    assert mail["in-reply-to"] == "<b@kunde.example>"
    assert jwz.ID.findall(str(mail["references"])) == ["a@kunde.example", "b@kunde.example"]


async def test_what_it_carries_arrives(mailbox: Mailbox) -> None:
    files = mailbox.desk.files
    inline, report = files.put(PNG, name="x.png"), files.put(b"%PDF-1.4 x", name="报修单 1.pdf")
    parts = (
        Html(body='<p>正在<b>抢修</b> <img src="cid:p1"></p>', text="正在抢修", cid={"p1": inline.blob}),
        File(blob=report.blob, name="报修单 1.pdf", media_type="application/pdf", size=10),
        Image(blob=inline.blob, name="现场.png", media_type="image/png", size=len(PNG)),
        Card(url="https://water.example/1?a=1&b=2", title="停水公告"),
    )
    mailbox.desk.build(signature="供水服务 {author}", from_name="供水客服")
    await mailbox.desk.adapter.send(to_customer(mailbox, *parts))
    mail = await arrived(mailbox)
    html = body_of(mail, "html")
    assert '<img src="cid:p1">' in html
    assert 'href="https://water.example/1?a=1&amp;b=2"' in html
    assert "供水服务 小林" in html
    assert "正在抢修" in text_of(mail)
    assert "供水服务 小林" in text_of(mail)
    assert str(mail["from"]) == f"供水客服 <{mailbox.address}>"
    attached = {part.get_filename(): part.get_content() for part in mail.iter_attachments()}
    assert attached == {"报修单 1.pdf": b"%PDF-1.4 x", "现场.png": PNG}
    pictures = [part for part in mail.walk() if part["content-id"] == "<p1>"]
    assert [part.get_content() for part in pictures] == [PNG]


async def test_copies_go_out_and_blind_ones_stay_blind(mailbox: Mailbox) -> None:
    copy, blind = f"copy{mailbox.user}", f"blind{mailbox.user}"
    envelope = Envelope(cc=(f"抄送 <{copy}@example.com>", mailbox.address), bcc=(f"{blind}@example.com",))
    await mailbox.desk.adapter.send(to_customer(mailbox, envelope=envelope))
    mail = await arrived(mailbox)
    assert str(mail["cc"]) == f"抄送 <{copy}@example.com>"
    for user in (copy, blind):
        await until(lambda user=user: asyncio.to_thread(mailbox.house.mails, user))  # type: ignore[misc]
        [got] = mailbox.house.mails(user)
        assert blind.encode() not in got.partition(b"\n\nFrom:")[2] if user != blind else b"bcc" not in got.lower()
    assert not mailbox.house.mails(mailbox.user)


async def test_a_name_cannot_slip_a_header_in(mailbox: Mailbox) -> None:
    evil = "x\r\nBcc: victim@example.com\r\n\r\nbody"
    envelope = Envelope(refs=("a@b\r\nX-Evil: 1",), cc=("名 \r\nX-Evil: 2 <copy@example.com>",))
    mailbox.desk.build(from_name="{author}")
    await mailbox.desk.adapter.send(to_customer(mailbox, subject=evil, author=evil, envelope=envelope))
    mail = await arrived(mailbox)
    assert mail["bcc"] is None
    assert mail["x-evil"] is None
    assert "正在抢修" in text_of(mail)


async def test_the_same_message_has_the_same_id_at_every_attempt(mailbox: Mailbox) -> None:
    message = to_customer(mailbox)
    first, again = [await mailbox.desk.adapter.send(message) for _ in range(2)]
    assert first == again
    assert threads.proven((first,), RING) == CONVERSATION


async def test_answers_go_to_a_plus_address_that_proves_the_thread(mailbox: Mailbox) -> None:
    mailbox.desk.build(plus_address=True)
    await mailbox.desk.adapter.send(to_customer(mailbox))
    mail = await arrived(mailbox)
    reply_to = str(mail["reply-to"])
    assert reply_to.startswith(f"{mailbox.user}+")
    async with mailbox.desk.listening():
        await mailbox.receive("entirely new", to=reply_to)
        await mailbox.desk.heard(1)
    said = mailbox.desk.said[0]
    assert said.envelope is not None
    assert said.envelope.conversation == CONVERSATION


async def test_a_genuine_bounce_fails_the_message_it_is_about(mailbox: Mailbox) -> None:
    async with mailbox.desk.listening():
        sent = await mailbox.desk.adapter.send(outbound(to="nobody@unroutable.invalid"))
        await mailbox.desk.heard(1, seconds=20)
    [receipt] = mailbox.desk.receipts
    assert receipt.message == sent
    assert receipt.status is Status.FAILED
    assert "nobody@unroutable.invalid" in receipt.reason
    assert mailbox.desk.said == []


async def test_a_bounce_about_no_mail_of_ours_stays_visible(mailbox: Mailbox) -> None:
    report = (
        "Auto-Submitted: auto-replied\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nNot delivered\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        "Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n"
        "Message-ID: <caaaa.stranger@example.org>\r\nSubject: x\r\n\r\nx\r\n--b--"
    )
    async with mailbox.desk.listening():
        await mailbox.receive("Undelivered", more=report)
        await mailbox.desk.heard(1)
    assert mailbox.desk.receipts == []
    assert mailbox.desk.said[0].automatic


async def test_a_mail_of_ours_that_comes_back_is_a_loop_and_counted(mailbox: Mailbox) -> None:
    await mailbox.desk.adapter.send(to_customer(mailbox))
    mail = await arrived(mailbox)
    made = await mailbox.desk.adapter.arrived(b"Received: from customer\r\n" + bytes(mail))
    assert made == []
    assert (await mailbox.desk.adapter.figures())["loops"] == "1"
    forged = bytes(mail).replace(mail["message-id"].encode(), b"<another@example.com>")
    assert len(await mailbox.desk.adapter.arrived(forged)) == 1


async def test_too_large_a_mail_is_refused_in_the_servers_words(mailbox: Mailbox) -> None:
    big = mailbox.desk.files.put(b"%PDF-1.4" + b"x" * SIZE, name="big.pdf")
    part = File(blob=big.blob, name="big.pdf", media_type="application/pdf", size=big.size)
    with pytest.raises(Refused, match="552"):
        await mailbox.desk.adapter.send(to_customer(mailbox, part))
    await mailbox.desk.adapter.send(to_customer(mailbox))


async def test_one_bad_address_refuses_the_whole_mail_and_is_named(mailbox: Mailbox) -> None:
    envelope = Envelope(cc=("someone@-bad-.example", "x" * 70 + "@" + "y" * 250 + ".example"))
    with pytest.raises(Refused):
        await mailbox.desk.adapter.send(to_customer(mailbox, envelope=envelope))
    await asyncio.sleep(0.3)
    assert await mailbox.customers_mails() == []


async def test_machines_say_that_they_are_and_have_a_limit(mailbox: Mailbox) -> None:
    mailbox.desk.build(automatic_per_hour=2)
    send = mailbox.desk.adapter.send
    for number in range(2):
        await send(to_customer(mailbox, automatic=True, id=f"auto-{number}", envelope=Envelope(refs=("a@b",))))
    await send(to_customer(mailbox, automatic=True, id="auto-1", envelope=Envelope(refs=("a@b",))))
    mailbox.desk.build()  # a restart forgets nothing
    with pytest.raises(Refused, match="no more automatic mail"):
        await mailbox.desk.adapter.send(to_customer(mailbox, automatic=True, id="auto-2"))
    mail = await arrived(mailbox)
    assert mail["auto-submitted"] == "auto-replied"
    assert mail["precedence"] == "bulk"
    assert mail["x-auto-response-suppress"] == "All"
    assert mail["return-path"] == "<>"
    await mailbox.desk.adapter.send(to_customer(mailbox, id="by-hand"))


async def test_machines_do_not_write_to_machines(mailbox: Mailbox) -> None:
    for robot in ("MAILER-DAEMON@example.com", "no-reply@example.com", "list-request@example.com", mailbox.address):
        with pytest.raises(Refused):
            await mailbox.desk.adapter.send(outbound(to=robot, automatic=True))


async def test_who_asked_for_no_automatic_mail_gets_none(mailbox: Mailbox) -> None:
    await mailbox.desk.adapter.arrived(raw(sender="kunde@example.com", more="X-Auto-Response-Suppress: All\r\n"))
    with pytest.raises(Refused):
        await mailbox.desk.adapter.send(outbound(to="kunde@example.com", automatic=True))


async def test_another_sender_must_be_ours(mailbox: Mailbox) -> None:
    alias = f"alias{mailbox.user}@example.com"
    envelope = Envelope(sent_from=f"账务 <{alias}>")
    with pytest.raises(Unsupported, match="may not write from"):
        await mailbox.desk.adapter.send(to_customer(mailbox, envelope=envelope))
    mailbox.desk.build(aliases=[alias])
    await mailbox.desk.adapter.send(to_customer(mailbox, envelope=envelope))
    assert str((await arrived(mailbox))["from"]) == f"账务 <{alias}>"


async def test_teams_have_names_and_signatures_of_their_own(mailbox: Mailbox) -> None:
    mailbox.desk.build(signature="总台", team_signatures=["账务: 账务组 {author} | 账务组\\n电话 12345"])
    await mailbox.desk.adapter.send(to_customer(mailbox, facts={"team": "账务"}))
    mail = await arrived(mailbox)
    assert str(mail["from"]).startswith("账务组 小林 <")
    assert "-- \n账务组\n电话 12345" in text_of(mail).replace("\r\n", "\n")


async def test_the_customers_words_are_put_below_when_asked_for(mailbox: Mailbox) -> None:
    mailbox.desk.build(quote_below=True)
    await mailbox.desk.adapter.send(to_customer(mailbox, Text(body="18:00", quoted="家里停水了\n什么时候来水？")))
    assert "18:00\n\n> 家里停水了\n> 什么时候来水？" in text_of(await arrived(mailbox)).replace("\r\n", "\n")


async def test_nobody_at_the_port_is_worth_another_try(mailbox: Mailbox) -> None:
    mailbox.desk.build(smtp_port=9)
    with pytest.raises(TryLater):
        await mailbox.desk.adapter.send(to_customer(mailbox))
    mailbox.desk.build(smtp_host="")
    with pytest.raises(ChannelBroken, match="no server"):
        await mailbox.desk.adapter.send(to_customer(mailbox))


async def test_many_at_once_use_few_connections(mailbox: Mailbox) -> None:
    messages = [to_customer(mailbox, id=f"m-{number}") for number in range(20)]
    sent = await asyncio.gather(*(mailbox.desk.adapter.send(message) for message in messages))
    assert len(set(sent)) == 20

    async def all_there() -> bool:
        return len(await mailbox.customers_mails()) == 20

    await until(all_there)


def to_customer(mailbox: Mailbox, *parts: Part, **more: Any) -> Outbound:
    """Return a message to this test's customer."""
    made = outbound(*parts, **more)
    return structs.replace(made, to=Address(channel="email", user=f"{mailbox.customer}@example.com"))


async def arrived(mailbox: Mailbox) -> EmailMessage:
    """Return the last mail in the customer's mailbox."""
    await until(mailbox.customers_mails)
    made = message_from_bytes((await mailbox.customers_mails())[-1], policy=policy.default)
    assert isinstance(made, EmailMessage)
    return made


def text_of(mail: EmailMessage) -> str:
    """Return the plain words of a mail."""
    return body_of(mail, "plain")


def body_of(mail: EmailMessage, kind: str) -> str:
    """Return a body of a mail."""
    body = mail.get_body((kind,))
    assert isinstance(body, EmailMessage)
    return str(body.get_content())
