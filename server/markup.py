"""A stranger's HTML made fit for a page of ours: known tags and no scripts; pictures come from us, or not at all. Pure.

The page shows it in a sandboxed frame as well; this is the inner of the two walls.
"""

import re
from collections.abc import Callable, Mapping

import nh3
from msgspec import Struct

TAGS = frozenset(
    {
        "a", "abbr", "address", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite", "code",
        "col", "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font", "h1", "h2",
        "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp",
        "small", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time",
        "tr", "tt", "u", "ul", "var", "wbr",
    }
)  # fmt: skip
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"style", "align", "valign", "dir", "lang", "title", "width", "height", "bgcolor"},
    "a": {"href"},
    "img": {"src", "alt"},
    "font": {"color", "size", "face"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan", "nowrap"},
    "th": {"colspan", "rowspan", "nowrap"},
    "col": {"span"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value"},
}
STYLES = frozenset(
    {
        "color", "background-color", "font-family", "font-size", "font-style", "font-weight", "line-height",
        "text-align", "text-decoration", "text-indent", "text-transform", "vertical-align", "white-space",
        "word-break", "overflow-wrap", "letter-spacing", "direction", "margin", "margin-top", "margin-right",
        "margin-bottom", "margin-left", "padding", "padding-top", "padding-right", "padding-bottom", "padding-left",
        "border", "border-top", "border-right", "border-bottom", "border-left", "border-color", "border-style",
        "border-width", "border-radius", "border-collapse", "border-spacing", "width", "height", "max-width",
        "min-width", "table-layout", "display",
    }
)  # fmt: skip
"""None of them loads anything or leaves its place on the page."""
SILENT = {"script", "style", "title", "head", "template", "iframe", "object", "svg", "math", "noscript"}
_DATA = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]+")
_LEADS = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)
_LOADS = re.compile(r"url\s*\(|image-set\s*\(|\\", re.IGNORECASE)
Address = Callable[[str], str]


class Clean(Struct, frozen=True, kw_only=True):
    """HTML to show, the addresses of the pictures elsewhere that it asks for, and how many were left out."""

    html: str
    remote: tuple[str, ...] = ()
    blocked: int = 0


def cleaned(html: str, inline: Mapping[str, str], remote: Address | None = None) -> Clean:
    """Return the HTML with `cid:` pictures at the addresses `inline` gives, pictures elsewhere at what `remote` says.

    Without `remote` the latter are left out and counted.
    """
    asked: list[str] = []

    def look(element: str, attribute: str, value: str) -> str | None:
        if (attribute == "style" and _LOADS.search(value)) or (attribute == "href" and not _LEADS.match(value)):
            return None
        if (element, attribute) != ("img", "src"):
            return value
        if value.lower().startswith("cid:"):
            return inline.get(value[4:].strip("<> "))
        if value.lower().startswith(("http://", "https://")):
            asked.append(value)
            return remote(value) if remote else None
        return value if _DATA.fullmatch(value) else None

    shown = nh3.clean(
        html, tags=set(TAGS), attributes=ATTRIBUTES, attribute_filter=look, filter_style_properties=set(STYLES),
        clean_content_tags=SILENT, url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        url_relative="pass_through", link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )  # fmt: skip
    return Clean(html=shown, remote=tuple(asked), blocked=0 if remote else len(asked))
