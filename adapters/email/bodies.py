"""The parts of a message made of a mail: its words, its formatted body, its files, its invitation. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from adapters.email.reading import Invitation, Mail
from hub.model import Html, Notice, Part, Text

WORDS = 20_000
QUOTED = 200_000
MARKUP = 2_000_000
MOST_PARTS = 100
"""Files of one message; more stay in the raw form, and a notice says how many."""


def as_parts(mail: Mail, inline: Mapping[str, str], files: Sequence[Part]) -> tuple[Part, ...]:
    """Return what the mail says. Formatted mail is one `Html` part, plain mail as many texts as it takes."""
    body = tuple(_formatted(mail, inline) if mail.html or inline else _plain(mail))
    made = (*body, *([_invitation(mail.calendar)] if mail.calendar else ()), *files)
    unread = "unreadable" in mail.faults
    return made or (Notice(code="unsupported", facts={"type": "mail"}) if unread else Notice(code="mail_empty"),)


def _formatted(mail: Mail, inline: Mapping[str, str]) -> Iterator[Part]:
    yield Html(
        body=mail.html[:MARKUP],
        text=mail.text[:QUOTED],
        quoted=mail.quoted_html[:MARKUP],
        cid=dict(inline),
    )


def _plain(mail: Mail) -> Iterator[Part]:
    """Cut a long text where the model's bound is; what was quoted hangs on the last piece."""
    text = mail.text
    pieces = [text[at : at + WORDS] for at in range(0, len(text), WORDS)]
    if not pieces and mail.quoted_text:
        pieces = ["…"]  # nothing above what they quoted
    for number, piece in enumerate(pieces, 1):
        yield Text(body=piece, quoted=mail.quoted_text[:QUOTED] if number == len(pieces) else "")


def _invitation(told: Invitation) -> Notice:
    facts = {
        "method": told.method,
        "summary": told.summary,
        "starts": told.starts,
        "ends": told.ends,
        "place": told.place,
        "organiser": told.organiser,
    }
    return Notice(code="invitation", facts={name: value[:500] for name, value in facts.items() if value})
