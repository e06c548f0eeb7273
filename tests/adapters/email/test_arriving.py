"""From bytes to what the hub stores: whatever a mail is, it fits the model and nothing of it is lost."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.email import threads
from adapters.email.identity import identity, message_id_of
from hub.ingest import Arrival
from hub.model import File, Html, Image, Notice, Text
from tests.adapters.email.desk import CONVERSATION, RING, Desk, raw

HOSTILE = {
    "nothing": b"",
    "no mail": b"\x00\xff\xfe" * 1000,
    "long names": raw("s" * 5000, sender=f"{'n' * 5000} <{'a' * 500}@{'b' * 500}.example>", id="i" * 3000),
    "many refs": raw(more="References: " + "".join(f"<{number}{'x' * 990}@y>\r\n " for number in range(300)) + "\r\n"),
    "nul": raw("a\x00b", body="a\x00b\u202ec"),
    "two dates": raw(more="Date: yesterday\r\n"),
    "no sender": raw(sender=""),
    "bad date": raw().replace(b"Fri, 20 Nov 2026 09:00:00 +0800", b"99999"),
    "long id in mid": raw(more=f"In-Reply-To: <{'r' * 2000}@x>\r\n"),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
async def test_whatever_it_is_it_fits_the_model(name: str) -> None:
    desk = Desk()
    await desk.accept(await desk.adapter.arrived(HOSTILE[name]))
    for one in desk.told:
        assert msgspec.json.decode(msgspec.json.encode(Arrival(inbound=one)), type=Arrival).inbound == one
    [said] = desk.said
    if HOSTILE[name]:
        assert desk.files.kept[said.original] == HOSTILE[name]
    assert said.sent_at <= desk.clock.now()


async def test_a_long_text_comes_in_pieces_with_the_quote_at_its_end() -> None:
    desk = Desk()
    [said] = await desk.adapter.arrived(raw(body="字" * 45_000))
    texts = [part for part in getattr(said, "parts", ()) if isinstance(part, Text)]
    assert [len(part.body) for part in texts] == [20_000, 20_000, 5_000]


async def test_files_become_parts_and_too_many_are_counted() -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = "a@b.example", "help@example.com", "x", "<x@b>"
    mail.set_content("see")
    for number in range(103):
        mail.add_attachment(f"file {number}".encode(), maintype="application", subtype="pdf", filename=f"{number}.pdf")
    desk = Desk()
    await desk.accept(await desk.adapter.arrived(mail.as_bytes()))
    parts = desk.said[0].parts
    assert sum(isinstance(part, File | Image) for part in parts) == 100
    assert parts[-1] == Notice(code="mail_more_files", facts={"count": "3"})
    assert desk.files.kept[parts[1].blob] == b"file 0"  # type: ignore[union-attr]


async def test_a_form_on_our_own_site_writes_for_the_customer() -> None:
    desk = Desk()
    mail = raw(sender="Form <help@example.com>", more="Reply-To: Li <li@customer.example>\r\n")
    await desk.accept(await desk.adapter.arrived(mail))
    [said] = desk.said
    assert (said.sender.user, said.who.name, said.automatic) == ("li@customer.example", "Li", False)


async def test_our_own_address_is_answered_by_no_machine() -> None:
    desk = Desk(aliases=["sales@example.com"])
    for sender in ("help@example.com", "Sales <SALES@example.com>", "help+x@example.com"):
        [said] = await desk.adapter.arrived(raw(sender=sender))
        assert getattr(said, "automatic", False), sender


@pytest.mark.parametrize(("trusted", "verified"), [("mx.example.com", ("email",)), ("", ()), ("mx.other.example", ())])
async def test_only_the_server_we_trust_proves_a_sender(trusted: str, verified: tuple[str, ...]) -> None:
    desk = Desk(trusted_server=trusted)
    proofs = "Authentication-Results: mx.example.com; dmarc=pass header.from=kunde.example; spf=pass\r\n"
    await desk.accept(await desk.adapter.arrived(proofs.encode() + raw()))
    assert desk.said[0].who.verified == verified


async def test_an_html_mail_is_one_part_with_its_words() -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@b.example", "help@example.com", "x"
    mail.set_content("plain words")
    mail.add_alternative("<p>formatted <b>words</b></p>", subtype="html")
    desk = Desk()
    await desk.accept(await desk.adapter.arrived(mail.as_bytes()))
    [part] = desk.said[0].parts
    assert isinstance(part, Html)
    assert "<b>words</b>" in part.body
    assert "words" in part.text


async def test_an_answer_by_pythons_own_library_finds_its_thread() -> None:
    desk = Desk()
    ours = threads.message_id(CONVERSATION, "0192f0c1-aaaa-7a4b-8c5d-6e7f8091a2b3", RING, "example.com")
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = "a@b.example", "help@example.com", "Re: x"
    mail["In-Reply-To"] = mail["References"] = f"<{ours}>"
    mail.set_content("thanks")
    assert f"<{ours}>".encode() not in mail.as_bytes()  # it folds long ids into encoded words, which RFC 2047 forbids
    await desk.accept(await desk.adapter.arrived(mail.as_bytes()))
    [said] = desk.said
    assert said.envelope is not None
    assert (said.reply_to, said.envelope.conversation) == (ours, CONVERSATION)


def test_an_identity_gives_its_message_id_back() -> None:
    assert message_id_of(identity(raw(id="a.b+c@kunde.example"))) == "a.b+c@kunde.example"
    assert message_id_of(identity(b"From: a@b\r\n\r\nx")) == ""
    assert message_id_of("") == ""
    folded = raw().replace(b"Message-ID: <a1@", b"Message-ID:\r\n <a1@")
    assert identity(folded) == identity(raw())


@pytest.mark.parametrize("id", [b"Message-ID: <a1@kunde.example>\r\n", b""])
def test_what_servers_do_on_the_way_changes_no_identity(id: bytes) -> None:
    mail = raw().replace(b"Message-ID: <a1@kunde.example>\r\n", id)
    on_the_way = [
        b"Received: by mx; today\r\n" + mail,
        mail.replace(b"\r\n", b"\n"),
        mail + b"\r\n\r\n",
        b"\r\n\r\n" + mail,
        b"From kunde@kunde.example Fri Nov 20 09:00:00 2026\n" + mail,
        mail.replace(b"Subject: ", b"Subject:  "),
    ]
    assert {identity(one) for one in on_the_way} == {identity(mail)}
    assert identity(mail.replace(b"20 Nov", b"21 Nov")) != identity(mail)


def test_without_an_id_other_words_are_another_mail() -> None:
    mail = raw().replace(b"Message-ID: <a1@kunde.example>\r\n", b"")
    assert len({identity(mail), identity(mail + b"x"), identity(mail.replace(b"Kunde ", b"Kind "))}) == 3


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_any_bytes_have_an_identity_that_fits(mail: bytes) -> None:
    assert 0 < len(identity(mail)) <= 512
    assert identity(mail) == identity(mail)
