"""The body of a mail: its texts put together in the order in which they stand, then laid apart from what they quote."""

import re
from html import escape

from msgspec import Struct, structs

from adapters.email.reading import charsets, flowed, markup, quotes, transfer
from adapters.email.reading.mail import Bounds, Piece
from adapters.email.reading.quotes import Halves
from adapters.email.reading.tree import Leaf

WIDEST = 4
"""Bytes that a character takes at most."""
_BREAKS = re.compile(r"\r\n?")
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]{2,40})", re.IGNORECASE)


class Body(Struct, frozen=True, kw_only=True):
    """What was written and what it quotes; the same unparted; files found in texts; the pieces with their charsets."""

    halves: Halves
    whole: Halves
    pieces: tuple[Piece, ...]
    found: tuple[Piece, ...] = ()
    faults: tuple[str, ...] = ()


class _Form(Struct, kw_only=True):
    """One text of the mail, in the one or two forms in which it was sent."""

    text: str = ""
    html: str = ""


def read(pairs: list[tuple[Leaf, Piece]], subject: str, sender: str, hint: str, limits: Bounds) -> Body:
    """Read the texts among the pieces."""
    forms: dict[int, _Form] = {}
    pieces, found, faults = list[Piece](), list[Piece](), list[str]()
    for number, (leaf, piece) in enumerate(pairs):
        if piece.role not in ("text", "html"):
            pieces.append(piece)
            continue
        most = limits.text if piece.role == "text" else limits.html
        decoded = charsets.decode(_first(piece.content, most), _label(piece), hint)
        text = _BREAKS.sub("\n", decoded.text)
        wrong = [f"charset:{decoded.fault}"] if decoded.fault else []
        if piece.role == "text":
            text, files = _without_uu(text)
            found += files
            if leaf.media.get("format").lower() == "flowed":
                text = flowed.unfold(text, delsp=leaf.media.get("delsp").lower() == "yes")
        if len(text) > most or len(piece.content) > WIDEST * most:
            wrong.append(f"{piece.role}:cut")
            found.append(
                structs.replace(piece, name=f"body{'.txt' if piece.role == 'text' else '.html'}", role="attachment")
            )
        _add(forms.setdefault(leaf.group if leaf.group >= 0 else -2 - number, _Form()), piece.role, text[:most])
        pieces.append(structs.replace(piece, charset=decoded.charset, faults=(*piece.faults, *wrong)))
        faults += wrong
    plain, html = _joined([*forms.values()])
    return Body(
        halves=_halves([*forms.values()], plain, html, subject, sender), whole=_whole(plain, html),
        pieces=tuple(pieces), found=tuple(found),
        faults=tuple(dict.fromkeys(faults)),
    )  # fmt: skip


def _first(content: bytes, most: int) -> bytes:
    """Return as much as can hold `most` characters, cut at the end of a line: the rest is not shown anyway."""
    if len(content) <= WIDEST * most:
        return content
    end = content.rfind(b"\n", 0, WIDEST * most)
    return content[: end if end > 0 else WIDEST * most]


def _label(piece: Piece) -> str:
    """Return the charset that was named; HTML may name one itself."""
    if piece.asked or piece.role == "text":
        return piece.asked
    found = _META.search(piece.content[:4096])
    return found[1].decode("ascii", "replace") if found else ""


def _add(form: _Form, role: str, text: str) -> None:
    if role == "text":
        form.text = f"{form.text}\n{text}" if form.text else text
    else:
        form.html += text


def _joined(forms: list[_Form]) -> tuple[str, str]:
    return "\n".join(form.text for form in forms if form.text.strip()), _html(forms)


def _whole(plain: str, html: str) -> Halves:
    """Return everything that was said: for reports, which are nobody's answer to anything."""
    text = plain if plain.strip() else "\n".join(line.text for line in markup.lines(html))
    return Halves(kept=text.replace(markup.PICTURE, "").strip("\n "), kept_html=html)


def _halves(forms: list[_Form], plain: str, html: str, subject: str, sender: str) -> Halves:
    """Read HTML and text each by itself: neither is sure to say what the other says."""
    if not html:
        return quotes.text(plain, subject, sender)
    marked = quotes.html(html, subject, sender)
    if any(form.html.strip() and not form.text.strip() for form in forms):
        return marked
    spoken = quotes.text(plain, subject, sender)
    return structs.replace(marked, kept=spoken.kept, quoted=spoken.quoted)


def _html(forms: list[_Form]) -> str:
    """Return the HTML of the mail, or "" when it has none; texts without HTML are put in between as they are."""
    if not any(form.html.strip() for form in forms):
        return ""
    parts = [form.html or f'<div style="white-space: pre-wrap">{escape(form.text)}</div>' for form in forms]
    return "\n".join(parts)


def _without_uu(text: str) -> tuple[str, list[Piece]]:
    """Take uuencoded files out of a text."""
    if "\nbegin " not in f"\n{text}":
        return text, []
    data = text.encode("utf-8", "replace")
    files = transfer.uu_files(data)
    for file in reversed(files):
        data = data[: file.begin] + data[file.end :]
    pieces = [
        Piece(
            name=file.name.decode("utf-8", "replace")[:200], media_type="application/octet-stream", content=file.content
        )
        for file in files
    ]
    return data.decode("utf-8", "replace"), pieces
