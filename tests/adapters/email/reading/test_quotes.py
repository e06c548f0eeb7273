"""Quotes are laid apart, Chinese and English, text and HTML; what the person wrote stays, always."""

import pytest

from adapters.email.reading import quotes
from tests.adapters.email.reading.tails import OLD, TAILS

ANSWER = "好的，谢谢。\n\n请问几点到？"


@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS)
def test_the_answer_stays_and_the_rest_is_laid_aside(tail: str) -> None:
    halves = quotes.text(f"{ANSWER}\n{tail}", "回复：竹溪巷停水", "lilei@example.com")
    assert halves.kept == ANSWER
    assert OLD in halves.quoted


@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS)
def test_nothing_is_lost_between_the_two_halves(tail: str) -> None:
    body = f"{ANSWER}\n{tail}"
    halves = quotes.text(body)
    given = [line.strip() for line in body.split("\n") if line.strip()]
    found = [line.strip() for line in f"{halves.kept}\n{halves.quoted}".split("\n") if line.strip()]
    assert sorted(found) == sorted(given)


@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS)
def test_a_mail_that_is_nothing_but_quotes_is_kept_whole(tail: str) -> None:
    halves = quotes.text(tail, sender="lilei@example.com")
    assert OLD in halves.kept
    assert not halves.quoted


def test_an_answer_below_the_quote() -> None:
    body = f"客服中心 <service@water.example> 于2026年11月20日周五 09:15写道：\n> {OLD}\n>\n\n{ANSWER}\n"
    halves = quotes.text(body)
    assert halves.kept == ANSWER
    assert OLD in halves.quoted
    assert "写道" in halves.quoted


def test_a_greeting_above_and_the_answer_below() -> None:
    halves = quotes.text(f"您好：\n\n> {OLD}\n\n{ANSWER}")
    assert halves.kept == f"您好：\n\n{ANSWER}"


def test_answers_between_the_quotes_stay_with_their_questions() -> None:
    body = "On Fri, Nov 20, 2026 at 9:15 AM A <a@b.example> wrote:\n> 几楼？\n\n三楼\n\n> 几点在家？\n\n下午"
    halves = quotes.text(body)
    assert halves.kept == body
    assert not halves.quoted


def test_answers_between_and_a_signature_below() -> None:
    halves = quotes.text("> 几楼？\n三楼\n> 几点在家？\n下午\n\n-- \n李雷")
    assert halves.kept == "> 几楼？\n三楼\n> 几点在家？\n下午"
    assert halves.quoted == "-- \n李雷"


def test_a_quote_within_a_quote_is_one_block() -> None:
    halves = quotes.text(f"是的\n\nOn Fri, Nov 20, 2026, A wrote:\n> 好\n>\n> On Thu, B wrote:\n>> {OLD}\n")
    assert halves.kept == "是的"


@pytest.mark.parametrize(
    "body",
    [
        "请处理。\n\n---------- Forwarded message ---------\nFrom: A <a@b.example>\nDate: Fri\nSubject: "
        "停水\nTo: c\n\n家里停水",
        "请看：\n\nBegin forwarded message:\n\n> From: A <a@b.example>\n> Subject: 停水\n>\n> 家里停水",
        "请看\n\n-------- 转发邮件信息 --------\n发件人：张三 <a@b.example>\n收件人：c\n主题：停水\n\n家里停水",
        "请看\n\n---------- 转发的邮件 ----------\n发件人： 张三 <a@b.example>\n日期： 2026\n主题： "
        "停水\n收件人： c\n\n家里停水",
        "下面是被转发的邮件：\n\n> 发件人: A\n> 主题: 停水\n>\n> 家里停水",
    ],
)
def test_what_is_forwarded_is_not_stripped(body: str) -> None:
    halves = quotes.text(body)
    assert halves.kept == body
    assert not halves.quoted


@pytest.mark.parametrize("subject", ["Fwd: 停水", "FW: no water", "转发：停水", "轉寄: 停水", "Fw：停水"])
def test_a_subject_may_say_that_it_is_forwarded(subject: str) -> None:
    body = f"请处理{TAILS['outlook-cn']}"
    assert OLD in quotes.text(body, subject).kept


@pytest.mark.parametrize("subject", ["Re: Fwd: 停水", "回复: 转发: 停水", "答复: FW: 停水"])
def test_an_answer_to_something_forwarded_is_an_answer(subject: str) -> None:
    assert quotes.text(f"好{TAILS['outlook-cn']}", subject).kept == "好"


@pytest.mark.parametrize(
    "body",
    [
        "他在信里写道：\n我们不管。\n请问怎么办？",
        "发件人：我不知道是谁\n请你们查一下。",
        "From: the station I walked\nand saw no water.",
        "我用的是 iPhone，\n打不开网页。",
        "发自内心地感谢你们！\n谢谢。",
        "三条意见：\n-- 水压低\n-- 有铁锈\n-- 停水不通知",
        "姓名：李雷\n时间：2026-11-20\n主题：停水\n地址：竹溪巷",
        "In the notice you wrote:\nno water until noon. It is two o'clock.",
        "A -----> B 的水管漏水\n原始邮件我找不到了",
    ],
)
def test_what_only_looks_like_a_mark_stays(body: str) -> None:
    assert quotes.text(body).kept.replace("\n\n", "\n") == body


def test_html_without_quotes_is_given_back_as_it_was() -> None:
    body = "<p>你好<br>家里停水</p>"
    halves = quotes.html(body)
    assert halves.kept_html == body
    assert halves.kept == "你好\n家里停水"
