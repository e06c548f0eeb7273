"""How a mail client draws threads: References first, In-Reply-To where there are none (https://www.jwz.org/doc/threading.html)."""

from __future__ import annotations

import re
from email import message_from_bytes
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from email.message import Message

ID = re.compile(r"<([^<>\s]+)>")


def parents(mails: Iterable[bytes]) -> dict[str, str]:
    """Return for each mail its parent in the drawing, "" for a root. Subjects are not looked at: ids must do."""
    read = [message_from_bytes(mail) for mail in mails]
    known = {own(mail) for mail in read}
    return {own(mail): next((id for id in reversed(_chain(mail)) if id in known), "") for mail in read}


def own(mail: Message) -> str:
    """Return a mail's own id."""
    return str(ID.findall(str(mail["message-id"]))[0])


def _chain(mail: Message) -> list[str]:
    return ID.findall(str(mail["references"] or "")) or ID.findall(str(mail["in-reply-to"] or ""))[:1]
