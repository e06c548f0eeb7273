"""Finds the marks that take more than one line: the head of an earlier mail, and a broken "... wrote:"."""

from adapters.email.reading.markup import Line
from adapters.email.reading.quotes import marks

BROKEN = 4
EXAMINED = 3000
"""Lines in which such marks are looked for."""
HEAD_LINES = 10


def header(found: list[Line], number: int) -> bool:
    """Say whether the head of an earlier mail begins here: its sender and two more fields within a few lines."""
    if number >= EXAMINED or not marks.head(found[number].text):
        return False
    kinds: set[str] = set()
    strangers = 0
    for line in found[number : number + 2 * HEAD_LINES]:
        if line.blank:
            continue
        kind = marks.head(line.text)
        strangers += not kind
        if strangers > 4:
            break
        kinds.add(kind)
    kinds.discard("")
    return "from" in kinds and len(kinds) >= 3


def attribution(found: list[Line], number: int) -> int | None:
    """Return where a "... wrote:" that ends in this line begins, or None."""
    if number >= EXAMINED or not marks.TRIGGER.search(found[number].text[-400:]):
        return None
    said = ""
    for back in range(BROKEN):
        begin = number - back
        if begin < 0 or found[begin].blank or found[begin].quoted != found[number].quoted:
            return None
        said = f"{found[begin].text.strip()} {said}".strip()
        if marks.wrote(said) and _whole(said, back):
            return _with_name(found, begin)
    return None


def _whole(said: str, back: int) -> bool:
    """One line may begin with a name; more than one must begin as such sentences do, or a line of text is lost."""
    return back == 0 or marks.OPENS.match(said) is not None or marks.named(said.partition(">")[0] + ">")


def _with_name(found: list[Line], begin: int) -> int:
    """Take with it what was broken off above: a line that is `name <address>`, or lines from `On ...` on."""
    said = found[begin].text.strip()
    for back in range(begin - 1, max(-1, begin - BROKEN), -1):
        if found[back].blank or marks.OPENS.match(said):
            break
        said = f"{found[back].text.strip()} {said}"
        if marks.OPENS.match(said) and marks.wrote(said):
            return back
    if begin and marks.named(found[begin - 1].text):
        return begin - 1
    return begin
