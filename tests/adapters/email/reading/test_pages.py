"""Quotes in HTML: laid apart in the text and in the markup alike. `pages/` is written as each mail program writes."""

import time
from pathlib import Path

import nh3
import pytest

from adapters.email.reading import markup, quotes
from tests.adapters.email.reading.tails import OLD

ANSWER = "好的，谢谢"
FILES = sorted((Path(__file__).parent / "pages").glob("*.html"))
PAGES = {file.stem: file.read_text(encoding="utf-8") for file in FILES}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_the_answer_stays_and_the_rest_is_laid_aside(page: str) -> None:
    halves = quotes.html(page, "回复：停水", "lilei@example.com")
    assert halves.kept == ANSWER
    assert OLD in halves.quoted
    assert ANSWER in halves.kept_html
    assert OLD not in halves.kept_html
    assert OLD in halves.quoted_html


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_all_the_markup_is_in_one_half_or_the_other(page: str) -> None:
    halves = quotes.html(page, "", "lilei@example.com")
    assert sorted(halves.kept_html + halves.quoted_html) == sorted(page)
    assert ANSWER in nh3.clean(halves.kept_html)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_page_that_is_nothing_but_quotes_is_kept_whole(page: str) -> None:
    alone = page.replace(ANSWER, "")
    halves = quotes.html(alone, "", "lilei@example.com")
    assert halves.kept_html == alone
    assert OLD in halves.kept


def test_a_picture_is_an_answer_too() -> None:
    halves = quotes.html(PAGES["gmail-cn"].replace(ANSWER, '<img src="cid:meter" width="640">'))
    assert 'src="cid:meter"' in halves.kept_html
    assert OLD in halves.quoted_html


def test_answers_between_quotes_of_gmail_stay() -> None:
    page = (
        '<div class="gmail_quote"><div class="gmail_attr">On Fri, Nov 20, 2026, A &lt;a@b.example&gt; wrote:<br></div>'
        '<blockquote class="gmail_quote">几楼？</blockquote><div>三楼</div>'
        '<blockquote class="gmail_quote">几点？</blockquote><div>下午</div></div>'
    )
    halves = quotes.html(page)
    assert halves.kept_html == page
    assert "三楼" in halves.kept
    assert "下午" in halves.kept


def test_an_answer_below_the_quote_of_thunderbird() -> None:
    quote = (
        f'<div class="moz-cite-prefix">在 2026/11/20 9:15, A 写道:<br></div><blockquote type="cite">{OLD}</blockquote>'
    )
    halves = quotes.html(f"{quote}<p>{ANSWER}</p>")
    assert halves.kept == ANSWER
    assert halves.kept_html == f"<p>{ANSWER}</p>"


def test_what_is_forwarded_stays() -> None:
    page = (
        '<div>请处理</div><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>'
        f"From: A &lt;a@b.example&gt;<br>Date: Fri<br>Subject: x<br>To: c<br></div>{OLD}</div>"
    )
    assert quotes.html(page).kept_html == page
    assert quotes.html(PAGES["outlook-web"], "转发: 停水").kept_html == PAGES["outlook-web"]


def test_an_indented_passage_of_ones_own_is_no_quote() -> None:
    page = "<p>通知上写着：</p><blockquote><p>上午停水</p></blockquote><p>可是下午还没来。</p>"
    assert quotes.html(page).kept_html == page


def test_html_becomes_readable_text() -> None:
    page = (
        "<style>p{}</style><script>alert(1)</script><!-- 不见 --><h1>报修</h1><ul><li>水压&nbsp;低</li>"
        "<li>铁锈 &amp; 沙</li></ul><table><tr><td>户号</td><td>12</td></tr></table><pre>a\n  b</pre>完"
    )
    assert quotes.html(page).kept == "报修\n\n- 水压 低\n- 铁锈 & 沙\n\n户号 12\na\n  b\n完"


HARD = [
    "<div" * 50_000, "<!--" * 50_000, "<a href='" * 50_000, '<a b="' * 50_000, "<" * 200_000, "<style>" * 30_000,
    "<div>" * 40_000, "<blockquote type=cite>" * 10_000 + "x", "&#" * 100_000, "</div>" * 30_000,
    "<p" + " a=b" * 50_000, "在 2026-11-20 写道：<br>" * 10_000, "<![CDATA[" * 20_000, "<br>" * 50_000,
    ("wrote:" + " " * 290 + "<br>") * 1000, ("-" * 299 + "<br>") * 1000, (" - _" * 74 + "x<br>") * 1000,
    "<span>" * 30_000 + "</div>" * 30_000, "<pre>" + "\n" * 100_000, "发件人: x<br>" * 15_000,
]  # fmt: skip


@pytest.mark.parametrize("page", HARD, ids=[page[:12] for page in HARD])
def test_no_markup_takes_long(page: str) -> None:
    begun = time.process_time()
    quotes.html(page)
    assert time.process_time() - begun < 4
    assert len(markup.lines(page)) <= len(page)
