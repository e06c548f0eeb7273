"""HTML as lines of text, each with its place in the source, so that what is cut from one is cut from the other.

A scanner of our own: linear in the length whatever the markup, which the library's parser of Python 3.11 is not.
"""

import re
from collections.abc import Iterator
from html import unescape

from msgspec import Struct

BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
PARAGRAPHS = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol"])
HOLDERS = frozenset(("div", "blockquote", "section", "span"))
SILENT = ("script", "style", "title", "textarea", "head")
DEEPEST = 2000
PICTURE = "￼"
_TAG = re.compile(r"/?[a-zA-Z][^\s/>]{0,40}")
_ATTRIBUTE = re.compile(r"([a-zA-Z][\w:-]{0,40})\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))")
_BLANKS = re.compile(r"[ \t\r\n\f\xa0\u200b\ufeff]+")
_BREAK = re.compile(r"\r\n?|\n")


class Line(Struct, kw_only=True):
    """One line of what a reader sees. In the source it lies from `start` to the next line's `start`.

    `quoted`: it stands in an element that only earlier mail stands in; `soft`: in a blockquote that says no more;
    `cut`: everything from here on is earlier mail; `sign`: a mail program's element for signatures.
    """

    text: str
    start: int = 0
    quoted: bool = False
    soft: bool = False
    cut: bool = False
    sign: bool = False

    @property
    def blank(self) -> bool:
        """Say whether there is nothing to see."""
        return not self.text.strip()


class Token(Struct, frozen=True):
    """A run of text (`tag` is ""), or a tag with its attributes still in one text."""

    start: int
    tag: str
    text: str


def tokens(html: str) -> Iterator[Token]:
    """Cut HTML into tags and text; comments, declarations and what is not shown are left out."""
    at, size = 0, len(html)
    reach = _Reach(html)
    while at < size:
        opened = html.find("<", at)
        if opened != at:
            yield Token(at, "", html[at : opened if opened >= 0 else size])
        if opened < 0:
            return
        found = _TAG.match(html, opened + 1)
        if found:
            end = reach.tag(found.end())
            name = found[0].lower()
            yield Token(opened, name, html[found.end() : end])
            at = reach.silence(name, end + 1) if name in SILENT else end + 1
        elif html[opened + 1 : opened + 2] in ("!", "?", "/"):
            at = reach.comment(opened)
        else:
            yield Token(opened, "", "<")
            at = opened + 1


class _Reach:
    """Where things end; what does not occur again is not searched for again."""

    def __init__(self, html: str) -> None:
        self._html = html
        self._gone: set[str] = set()

    def _find(self, what: str, at: int) -> int:
        if what in self._gone:
            return -1
        found = self._html.find(what, at)
        if found < 0:
            self._gone.add(what)
        return found

    def tag(self, at: int) -> int:
        """Return where the `>` of a tag stands, quotes respected where they are closed."""
        for found in re.compile(r"[\"'>]").finditer(self._html, at):
            if found.start() < at:
                continue
            if found[0] == ">":
                return found.start()
            close = self._find(found[0], found.end()) if self._html[found.start() - 1] in "= " else -1
            at = close + 1 if close >= 0 else found.end()
        return len(self._html)

    def comment(self, at: int) -> int:
        if self._html.startswith("<!--", at):
            end = self._find("-->", at + 4)
            if end >= 0:
                return end + 3
        end = self._find(">", at)
        return end + 1 if end >= 0 else len(self._html)

    def silence(self, name: str, at: int) -> int:
        """Step over what stands in an element that is not shown."""
        key = f"</{name}"
        if key in self._gone:
            return at
        found = re.compile(re.escape(key), re.IGNORECASE).search(self._html, at)
        if found:
            return found.start()
        self._gone.add(key)
        return at if name == "head" else len(self._html)


def lines(html: str) -> list[Line]:
    """Return what a reader sees, line by line."""
    return _Writer(html).written()


class _Writer:
    """Goes through the tokens once, and knows what element it is in."""

    def __init__(self, html: str) -> None:
        self._html = html
        self._lines: list[Line] = []
        self._words: list[str] = []
        self._start = -1
        self._open: list[tuple[str, str]] = []
        self._pre = 0
        self._cut = False

    def written(self) -> list[Line]:
        for token in tokens(self._html):
            if self._start < 0:
                self._start = token.start
            if not token.tag:
                self._say(token.text)
            elif token.tag.startswith("/"):
                self._close(token.tag[1:], token.start + len(token.tag) + len(token.text) + 2)
            else:
                self._begin(token)
        self._flush()
        return self._lines

    def _say(self, text: str) -> None:
        text = unescape(text) if "&" in text else text
        if not self._pre:
            self._words.append(_BLANKS.sub(" ", text))
            return
        first, *others = _BREAK.split(text)
        self._words.append(first)
        for line in others:
            self._flush(blank=True)
            self._words.append(line)

    def _begin(self, token: Token) -> None:
        name = token.tag
        if name == "br":
            self._flush(blank=True)
        elif name == "img":
            self._picture(token.text)
        elif name in ("td", "th"):
            self._words.append(" ")
        elif name in BLOCKS:
            self._flush()
            self._start = token.start if self._start < 0 else self._start
            if name == "li":
                self._words.append("- ")
        if name == "pre":
            self._pre += 1
        if name in HOLDERS and not token.text.endswith("/") and len(self._open) < DEEPEST:
            self._open.append((name, _meaning(name, attributes(token.text))))
            self._cut = self._cut or self._open[-1][1] == "cut"

    def _picture(self, text: str) -> None:
        given = attributes(text)
        if given.get("width") not in ("0", "1") and given.get("height") not in ("0", "1"):
            self._words.append(PICTURE)

    def _close(self, name: str, end: int) -> None:
        if name in BLOCKS:
            self._flush()
            if name in PARAGRAPHS and self._lines and not self._lines[-1].blank:
                self._start = min(end, len(self._html))
                self._add("")
                self._start = -1
        if name == "pre":
            self._pre = max(0, self._pre - 1)
        if name in HOLDERS:
            for back in range(len(self._open) - 1, max(-1, len(self._open) - 60), -1):
                if self._open[back][0] == name:
                    del self._open[back:]
                    break

    def _flush(self, *, blank: bool = False) -> None:
        text = "".join(self._words)
        text = text.rstrip() if self._pre else re.sub(r" +", " ", text).strip()
        if text or blank:
            self._add(text)
            self._words, self._start = [], -1
        else:
            self._words = []

    def _add(self, text: str) -> None:
        meanings = {meaning for _, meaning in self._open}
        self._lines.append(
            Line(
                text=text, start=max(self._start, 0), quoted="quoted" in meanings, soft="soft" in meanings,
                cut=self._cut and bool(text), sign="sign" in meanings,
            )
        )  # fmt: skip
        self._cut = self._cut and not text


def attributes(text: str) -> dict[str, str]:
    """Read the attributes of a tag, of the first 4,000 characters of it."""
    return {
        found[1].lower(): found[2] or found[3] or found[4] or ""
        for found in _ATTRIBUTE.finditer(text[:4000])
    }  # fmt: skip


CUTS = re.compile(
    r"\b(?:divrplyfwdmsg|appendonsend|olk_src_body_section|outlookmessageheader|ntes-mailmaster-quote|yahoo_quoted\w*|"
    r"mail-editor-reference-message-container|tutanota_quote|history-quote-wrapper|lark-mail-quote|messagereplysection|"
    r"zmail_extra|qm_reply_quote|hmmailquote|wps-mail-quote|ydp\w*yahoo_quoted)\b"
)
QUOTES = re.compile(r"gmail_quote|isreplycontent|protonmail_quote|cite|quote|mcntmcnt")
SIGNS = re.compile(
    r"\b(?:gmail_signature|gmail_signature_prefix|moz-signature|ms-outlook-mobile-signature|ntes-mailmaster-sign\w*|__aliyun_signature_wrap|"
    r"protonmail_signature_block|signature-container|lark-mail-signature|foxmail_sign|mail-signature|spark-signature)\b"
)


def _meaning(name: str, given: dict[str, str]) -> str:
    """Say what an element tells about who wrote what is in it, by the names that mail programs give."""
    if not given:
        return "soft" if name == "blockquote" else ""
    told = " ".join(given.get(key, "") for key in ("id", "class", "name", "data-smartmail")).lower()
    if SIGNS.search(told):
        return "sign"
    if CUTS.search(told):
        return "cut"
    if name != "blockquote":
        return ""
    style = given.get("style", "").lower()
    marked = "cite" in given or given.get("type", "").lower() == "cite" or QUOTES.search(told)
    return "quoted" if marked or re.search(r"border-left", style) else "soft"
