"""A mailbox at dovecot: pushed within two seconds, and nothing lost or twice whatever happens to the server."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from hub.errors import Overloaded
from hub.model import Html, Text
from tests.waiting import until

if TYPE_CHECKING:
    from tests.adapters.email.conftest import Mailbox


async def test_a_mail_is_there_within_two_seconds(mailbox: Mailbox) -> None:
    async with mailbox.desk.listening():
        begun = time.monotonic()
        await mailbox.receive("停水")
        await mailbox.desk.heard(1, seconds=2)
        print(f"SMTP to accept by IDLE: {time.monotonic() - begun:.3f} s")
    said = mailbox.desk.said[0]
    assert said.subject == "停水"
    assert said.sender.user == f"{mailbox.customer}@example.com"
    assert said.parts == (Text(body="家里停水了"),)
    assert said.envelope is not None
    assert said.envelope.message_id.endswith("@kunde.example")
    assert b"Subject: " in mailbox.desk.files.kept[said.original]


async def test_what_came_while_nobody_listened_comes_in_its_order(mailbox: Mailbox) -> None:
    async with mailbox.desk.listening():
        await mailbox.receive("1")
        await mailbox.desk.heard(1)
    for number in range(2, 6):
        await mailbox.receive(str(number))
    mailbox.desk.build()
    async with mailbox.desk.listening():
        await mailbox.desk.heard(5)
    assert sorted(mailbox.desk.subjects) == ["1", "2", "3", "4", "5"]
    assert mailbox.desk.again == 0


async def test_old_mail_is_left_alone_unless_asked_for(mailbox: Mailbox) -> None:
    await mailbox.receive("old")
    await until(lambda: asyncio.to_thread(mailbox.house.mails, mailbox.user))
    async with mailbox.desk.listening():
        await mailbox.receive("new")
        await mailbox.desk.heard(1)
    assert mailbox.desk.subjects == ["new"]


async def test_old_mail_of_some_days_is_taken_when_asked_for(mailbox: Mailbox) -> None:
    await mailbox.receive("old")
    await until(lambda: asyncio.to_thread(mailbox.house.mails, mailbox.user))
    mailbox.desk.build(history_days=2)
    async with mailbox.desk.listening():
        await mailbox.desk.heard(1)
    assert mailbox.desk.subjects == ["old"]


async def test_a_kicked_session_comes_back(mailbox: Mailbox) -> None:
    async with mailbox.desk.listening():
        await asyncio.to_thread(mailbox.house.kick, mailbox.user)
        await until(lambda: _faults(mailbox))
        await mailbox.receive("after the kick")
        await mailbox.desk.heard(1)
    assert mailbox.desk.subjects == ["after the kick"]


async def test_a_killed_server_loses_nothing(mailbox: Mailbox) -> None:
    async with mailbox.desk.listening():
        await mailbox.receive("before")
        await mailbox.desk.heard(1)
        await asyncio.to_thread(mailbox.house.dovecot.kill)
        await until(lambda: _faults(mailbox))
        mailbox.house.dovecot.start()  # not in a thread: the server ends with the thread that started it
        await mailbox.receive("after")
        await mailbox.desk.heard(2)
    assert mailbox.desk.subjects == ["before", "after"]
    assert mailbox.desk.again == 0


async def test_a_folder_numbered_anew_is_looked_at_again_and_nothing_comes_twice(mailbox: Mailbox) -> None:
    async with mailbox.desk.listening():
        for subject in ("1", "2"):
            await mailbox.receive(subject)
        await mailbox.desk.heard(2)
    before = set(mailbox.desk.marks.kept.values())
    await asyncio.sleep(1.1)  # dovecot makes the validity of the second in which it numbers a folder
    await asyncio.to_thread(mailbox.house.renumber, mailbox.user)
    await mailbox.receive("3")
    mailbox.desk.build()
    async with mailbox.desk.listening():
        await mailbox.desk.heard(3)
        await mailbox.receive("4")
        await mailbox.desk.heard(4)
    assert sorted(mailbox.desk.subjects) == ["1", "2", "3", "4"]
    assert mailbox.desk.again >= 2
    after = next(iter(mailbox.desk.marks.kept.values()))
    assert after.split(" ")[0] not in {mark.split(" ")[0] for mark in before}


async def test_a_mail_the_hub_did_not_take_is_brought_again(mailbox: Mailbox) -> None:
    async with mailbox.desk.listening():
        mailbox.desk.fail = Overloaded("full")
        await mailbox.receive("patient")
        await until(lambda: _faults(mailbox))
        mailbox.desk.fail = None
        await mailbox.desk.heard(1)
    assert mailbox.desk.subjects == ["patient"]


async def test_a_crash_before_the_mark_brings_it_again_as_the_same(mailbox: Mailbox) -> None:
    async with mailbox.desk.listening():
        await mailbox.receive("1")
        await mailbox.desk.heard(1)
        await until(lambda: _marked(mailbox, 1))
        kept = dict(mailbox.desk.marks.kept)
        await mailbox.receive("2")
        await mailbox.desk.heard(2)
        await until(lambda: _marked(mailbox, 2))
    mailbox.desk.marks.kept = kept
    mailbox.desk.build()
    async with mailbox.desk.listening():
        await until(lambda: _marked(mailbox, 2))
    assert mailbox.desk.subjects == ["1", "2"]
    assert mailbox.desk.again == 1


async def test_a_large_mail_comes_by_pieces_and_whole(mailbox: Mailbox) -> None:
    lines = "\r\n".join(f"{number:08d}" + "x" * 60 for number in range(40_000))
    async with mailbox.desk.listening():
        await mailbox.receive("large", more=f"X-Filler: y\r\n\r\n{lines}")
        await mailbox.desk.heard(1, seconds=20)
    whole = mailbox.desk.files.kept[mailbox.desk.said[0].original]
    assert len(whole) > 2_700_000
    assert b"\r\n00039999" in whole
    assert isinstance(mailbox.desk.said[0].parts[0], Text | Html)


async def test_of_too_large_a_mail_the_head_is_told(mailbox: Mailbox) -> None:
    mailbox.desk.build(largest_megabytes=1)
    async with mailbox.desk.listening():
        await mailbox.receive("too large", more="\r\n" + "\r\n".join(["x" * 70] * 20_000))
        await mailbox.desk.heard(1)
        await mailbox.receive("small")
        await mailbox.desk.heard(2)
    assert mailbox.desk.subjects == ["too large", "small"]
    notice = mailbox.desk.said[0].parts[0]
    assert getattr(notice, "code", "") == "mail_too_large"


@pytest.mark.parametrize(
    ("setting", "value", "word"), [("imap_password", "wrong", "log-in"), ("imap_folder", "No", "folder")]
)
async def test_what_an_administrator_must_change_is_said(mailbox: Mailbox, setting: str, value: str, word: str) -> None:
    mailbox.desk.build(**{setting: value})
    steps = await mailbox.desk.adapter.probe()
    failed = next(step for step in steps if not step.ok)
    assert word in failed.detail
    assert f"`{setting}`" in failed.hint


async def test_the_probe_says_each_step(mailbox: Mailbox) -> None:
    steps = await mailbox.desk.adapter.probe()
    assert [step.name for step in steps] == ["imap_connect", "imap_login", "imap_folder", "imap_idle", "smtp_login"]
    assert all(step.ok for step in steps)


async def test_a_chinese_folder_is_found(mailbox: Mailbox) -> None:
    await asyncio.to_thread(mailbox.house.doveadm, "mailbox", "create", "-u", mailbox.user, "客服 & 售后")
    mailbox.desk.build(imap_folder="客服 & 售后")
    steps = await mailbox.desk.adapter.probe()
    assert all(step.ok for step in steps), steps


async def _faults(mailbox: Mailbox) -> bool:
    return bool(mailbox.desk.faults)


async def _marked(mailbox: Mailbox, last: int) -> bool:
    return any(mark.split(" ")[1] == str(last) for mark in mailbox.desk.marks.kept.values())
