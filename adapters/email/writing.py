"""The words of an outgoing mail: plain always, formatted where a part is; the signature, and what is quoted. Pure."""

import html
from collections.abc import Iterator, Sequence

from msgspec import Struct

from adapters.contract import Voice
from hub.model import Card, Html, Part, Text, plain

RULE = "-- "
"""What tells a signature from the text (RFC 3676 4.3)."""


class Written(Struct, frozen=True, kw_only=True):
    """What the mail says. `html` is empty for a mail of plain words; `cid` are the blobs of its pictures."""

    text: str
    html: str = ""
    cid: dict[str, str] = {}

    def __repr__(self) -> str:
        """Keep what people wrote out of logs."""
        return f"Written({len(self.text)} characters)"


def written(parts: Sequence[Part], voice: Voice, *, quote: bool) -> Written:
    """Put the parts, the signature and, if asked for, what they quote one below the other."""
    spoken = [part for part in parts if isinstance(part, Text | Html | Card)]
    text = "\n\n".join(plain((part,)) for part in spoken)
    quoted = "\n".join(filter(None, map(_quoted_text, spoken))) if quote else ""
    below = [f"{RULE}\n{voice.signature}"] if voice.signature else []
    below += [_marked(quoted)] if quoted else []
    whole = "\n\n".join(filter(None, [text, *below])) + "\n"
    if not any(isinstance(part, Html | Card) for part in spoken):
        return Written(text=whole)
    cid = {id: blob for part in spoken if isinstance(part, Html) for id, blob in part.cid.items()}
    return Written(text=whole, html="".join(_markup(spoken, voice, quote=quote)), cid=cid)


def _markup(spoken: Sequence[Text | Html | Card], voice: Voice, *, quote: bool) -> Iterator[str]:
    yield '<html><head><meta charset="utf-8"></head><body>\n'
    for part in spoken:
        yield f"<div>{_part(part)}</div>\n"
    if voice.signature:
        yield f"<div>{RULE}<br>{_escaped(voice.signature)}</div>\n"
    if quote:
        yield from (f'<blockquote type="cite">{kept}</blockquote>\n' for kept in map(_quoted_html, spoken) if kept)
    yield "</body></html>\n"


def _part(part: Text | Html | Card) -> str:
    match part:
        case Html(body=body):
            return body
        case Text(body=body):
            return _escaped(body)
        case Card(url=url, title=title, text=text):
            shown = f"<b>{_escaped(title)}</b>" + (f"<br>{_escaped(text)}" if text else "")
            return f'<a href="{html.escape(url, quote=True)}">{shown}</a>' if url else shown


def _quoted_text(part: Text | Html | Card) -> str:
    return part.quoted if isinstance(part, Text) else ""


def _quoted_html(part: Text | Html | Card) -> str:
    return part.quoted if isinstance(part, Html) else _escaped(part.quoted) if isinstance(part, Text) else ""


def _marked(quoted: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in quoted.splitlines())


def _escaped(text: str) -> str:
    return html.escape(text, quote=True).replace("\n", "<br>\n")
