"""Lays the lines of a mail apart: kept, and quoted. When in doubt a line is kept."""

import re
from itertools import pairwise

from msgspec import Struct

from adapters.email.reading.markup import PICTURE, Line, lines
from adapters.email.reading.quotes import marks
from adapters.email.reading.quotes.find import attribution, header

SIGNATURE_LINES = 15
_QUOTED = re.compile(r"\s{0,3}[>＞]")


class Halves(Struct, frozen=True, kw_only=True):
    """The two halves of a body, as text and, for HTML, as markup."""

    kept: str
    quoted: str = ""
    kept_html: str = ""
    quoted_html: str = ""


def text(body: str, subject: str = "", sender: str = "") -> Halves:
    """Lay a plain text apart. `sender` is the address of who wrote it."""
    found = [Line(text=line, quoted=_QUOTED.match(line) is not None) for line in body.split("\n")]
    kept = _kept(found, subject, sender)
    return Halves(kept=_joined(found, kept, True), quoted=_joined(found, kept, False))


def html(body: str, subject: str = "", sender: str = "") -> Halves:
    """Lay an HTML body apart; the pieces of markup need not balance, the sanitiser closes what is open."""
    found = lines(body)
    kept = _kept(found, subject, sender)
    if all(kept):
        return Halves(kept=_joined(found, kept, True), kept_html=body)
    inside: dict[bool, list[str]] = {True: [body[: found[0].start]], False: []}
    for number, line in enumerate(found):
        end = found[number + 1].start if number + 1 < len(found) else len(body)
        inside[kept[number]].append(body[line.start : end])
    return Halves(
        kept=_joined(found, kept, True), quoted=_joined(found, kept, False),
        kept_html="".join(inside[True]), quoted_html="".join(inside[False]),
    )  # fmt: skip


def _joined(found: list[Line], kept: list[bool], which: bool) -> str:
    texts = [line.text for line, keep in zip(found, kept, strict=True) if keep is which]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(texts)).replace(PICTURE, "").strip("\n ").rstrip()


def _kept(found: list[Line], subject: str, sender: str) -> list[bool]:
    """Say for each line whether the person wrote it now; all of them when nothing would be left."""
    everything = [True] * len(found)
    if marks.FORWARDED.match(subject):
        return everything
    end = _hard_cut(found)
    if end is None:
        return everything
    kept = [number < end for number in range(len(found))]
    _without_quotes(found, kept, end)
    _without_signature(found, kept, sender.lower())
    left = [line.text.strip() for line, keep in zip(found, kept, strict=True) if keep and not line.blank]
    return kept if any(not marks.SIGNATURE.fullmatch(line) for line in left) else everything


def _hard_cut(found: list[Line]) -> int | None:
    """Return from which line on all is earlier mail; None when the person forwards what follows."""
    for number, line in enumerate(found):
        if line.blank:
            continue
        if marks.forwards(line.text) and not line.text.lstrip().startswith(">"):
            return None if not any(one.quoted for one in found[:number]) else len(found)
        if line.cut:
            return _above(found, number)
        if line.quoted:
            continue
        if marks.divides(line.text) or header(found, number):
            return _above(found, number)
        if (begin := attribution(found, number)) is not None and not _answered(found, number):
            return _above(found, begin)
    return len(found)


def _answered(found: list[Line], number: int) -> bool:
    """Say whether marked quotes follow an attribution, so that what comes after them may be an answer."""
    following = next((line for line in found[number + 1 :] if not line.blank), None)
    return following is None or following.quoted or following.soft


def _above(found: list[Line], number: int) -> int:
    """Take rules and blank lines above a cut with it."""
    while number and (found[number - 1].blank or marks.RULE.fullmatch(found[number - 1].text.strip())):
        number -= 1
    return number


def _without_quotes(found: list[Line], kept: list[bool], end: int) -> None:
    """Take out the one block of marked quotes; with several, the answers stand between them and all is kept."""
    blocks = _blocks(found, end)
    answers = [not line.blank for line in found[:end]]
    for begin, stop in blocks:
        answers[begin:stop] = [False] * (stop - begin)
    between = any(any(answers[one[1] : two[0]]) for one, two in pairwise(blocks))
    if between and not _only_signature(found, answers, blocks):
        return
    for begin, stop in blocks:
        kept[begin:stop] = [False] * (stop - begin)


def _only_signature(found: list[Line], answers: list[bool], blocks: list[tuple[int, int]]) -> bool:
    """Say whether all that stands between and below quotes is what programs add."""
    first = blocks[0][0]
    said = [found[number].text for number in range(first, len(answers)) if answers[number]]
    return all(marks.sent_from(line) or marks.RULE.fullmatch(line.strip()) for line in said)


def _blocks(found: list[Line], end: int) -> list[tuple[int, int]]:
    """Return the blocks of marked quotes, each with its attribution; blank lines do not part them."""
    blocks: list[tuple[int, int]] = []
    number = 0
    while number < end:
        begin = None if found[number].blank else attribution(found, number)
        if begin is not None and not found[number].quoted and _answered(found, number):
            stop = _block_end(found, number + 1, end, soft=True)
        elif found[number].quoted:
            begin, stop = number, _block_end(found, number, end, soft=False)
        else:
            number += 1
            continue
        if blocks and all(line.blank for line in found[blocks[-1][1] : begin]):
            begin = blocks.pop()[0]
        blocks.append((begin, stop))
        number = max(stop, number + 1)
    return blocks


def _block_end(found: list[Line], number: int, end: int, *, soft: bool) -> int:
    last = number
    while number < end and (found[number].blank or found[number].quoted or (soft and found[number].soft)):
        number += 1
        last = number if not found[number - 1].blank else last
    return last


def _without_signature(found: list[Line], kept: list[bool], sender: str) -> None:
    """Lay the signature below what was written with the quotes, and what a program put there."""
    mine = [number for number, keep in enumerate(kept) if keep and not found[number].quoted]
    for number in mine:
        if found[number].sign:
            kept[number] = False
    below = [number for number in mine if not found[number].blank and kept[number]]
    for place, number in enumerate(below):
        if _signs(found[number].text, len(below) - place) and place:
            for one in mine:
                kept[one] = kept[one] and one < number
            below = below[:place]
            break
    while below and _added(found, below[-1], sender):
        last = below.pop()
        card = _card(found, last)
        kept[card : last + 1] = [False] * (last + 1 - card)
        below = [number for number in below if number < card]


def _added(found: list[Line], number: int, sender: str) -> bool:
    """Say whether a program put this line at the end: its own name, the sender's address, or a rule above them."""
    said = found[number].text.strip()
    return marks.sent_from(said) or marks.RULE.fullmatch(said) is not None or (said != "" and said.lower() == sender)


def _card(found: list[Line], number: int) -> int:
    """Return where the card above NetEase's own line begins: name and address between upright strokes."""
    if "网易邮箱" not in found[number].text:
        return number
    strokes = [at for at in range(max(0, number - 12), number) if marks.STROKES.fullmatch(found[at].text)]
    return strokes[0] if strokes else number


def _signs(said: str, following: int) -> bool:
    """`-- ` with its blank is a signature's mark (RFC 3676, 4.3); without it, when little follows."""
    return said == "-- " or (marks.SIGNATURE.fullmatch(said) is not None and following <= SIGNATURE_LINES)
