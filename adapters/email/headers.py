"""Header lines of outgoing mail. Pure. Nothing that a person wrote can end a line here, so no header can be slipped in.

Names and subjects as RFC 2047 encoded-words, long lists folded one to a line; ids are never encoded (RFC 5322 3.6.4).
"""

from collections.abc import Iterable
from email.header import Header
from email.utils import parseaddr

from msgspec import Struct

from hub.errors import Refused

LINE = 76
SPECIAL = set('()<>[]:;@\\,."')
LONGEST_ADDRESS = 320


class Person(Struct, frozen=True, kw_only=True):
    """A name and an address, checked."""

    name: str = ""
    address: str

    @property
    def ascii(self) -> bool:
        """Say whether the address can be sent to without SMTPUTF8."""
        return self.address.isascii()


def person(mailbox: str) -> Person:
    """Read `name <user@host>` or `user@host`; raises `Refused` for what is no address.

    A domain of other letters is written in its ASCII form (IDNA), which every server takes.
    """
    name, address = parseaddr(clean(mailbox))
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or len(address) > LONGEST_ADDRESS or any(one in " <>,;\"'" for one in address):
        raise Refused("That is no mail address", address=clean(mailbox)[:80])
    try:
        host = domain if domain.isascii() else domain.encode("idna").decode()
    except UnicodeError as error:
        raise Refused("That is no mail address", address=clean(mailbox)[:80]) from error
    return Person(name=name, address=f"{local}@{host}")


def clean(text: str) -> str:
    """Return it on one line: no line end, no control character, nothing that is shown in another order."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def text(name: str, value: str) -> str:
    """Return one line of words (Subject), encoded where it has to be."""
    value = clean(value)
    charset = "us-ascii" if value.isascii() and "=?" not in value else "utf-8"
    return f"{name}: {Header(value, charset, maxlinelen=LINE, header_name=name).encode(linesep=chr(13) + chr(10))}"


def plain(name: str, value: str) -> str:
    """Return one line of a value that is ours."""
    return f"{name}: {clean(value)}"


def people(name: str, persons: Iterable[Person]) -> str:
    """Return a list of addresses, one to a line."""
    return f"{name}: " + ",\r\n ".join(mailbox(one) for one in persons)


def ids(name: str, values: Iterable[str]) -> str:
    """Return ids in angle brackets, one to a line."""
    return f"{name}: " + "\r\n ".join(f"<{_id(one)}>" for one in values)


def mailbox(one: Person) -> str:
    """Return a name and an address as a header shows them."""
    if not one.name:
        return one.address
    if not one.name.isascii() or "=?" in one.name:
        return f"{Header(one.name, 'utf-8', maxlinelen=60).encode(linesep=chr(13) + chr(10))} <{one.address}>"
    if SPECIAL & set(one.name):
        quoted = one.name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{one.address}>'
    return f"{one.name} <{one.address}>"


def _id(value: str) -> str:
    return "".join(clean(value).split()).replace("<", "").replace(">", "")
