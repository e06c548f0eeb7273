"""The mailbox of one inbox: its servers, its addresses and what stands in front of and below its mails. Pure."""

import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from adapters.contract import Voice
from adapters.setup import Setup

CHANNEL = "email"
Security = Literal["tls", "starttls", "none"]
Provider = Literal["password", "google", "microsoft"]


class Server(Struct, frozen=True, kw_only=True):
    """Where to connect, and as whom. The password stays in `Setup`."""

    host: str
    port: int
    security: Security
    user: str


HOUSES: Mapping[str, tuple[tuple[str, int, Security], tuple[str, int, Security]]] = {
    "google": (("imap.gmail.com", 993, "tls"), ("smtp.gmail.com", 465, "tls")),
    "microsoft": (("outlook.office365.com", 993, "tls"), ("smtp.office365.com", 587, "starttls")),
}
"""Servers of the two houses that ask for consent: IMAP, then SMTP.

https://developers.google.com/gmail/imap/imap-smtp and
https://support.microsoft.com/office/pop-imap-and-smtp-settings-8361e398-8af4-4e97-b147-6c6c4ac95353
"""


class Account(Struct, frozen=True, kw_only=True):
    """One mailbox as its settings describe it. Holds no secret."""

    address: str
    aliases: tuple[str, ...] = ()
    provider: Provider = "password"
    imap: Server | None = None
    smtp: Server | None = None
    folder: str = "INBOX"
    history_days: int = 0
    largest: int = 40 * 1024 * 1024
    automatic_per_hour: int = 5
    plus: bool = False
    quote_below: bool = False
    trusted: str = ""
    ca: str = ""

    @property
    def own(self) -> frozenset[str]:
        """Return every address that is ours, in lower case."""
        return frozenset(one.lower() for one in (self.address, *self.aliases))

    @property
    def domain(self) -> str:
        """Return the domain of our address, in lower case."""
        return self.address.rpartition("@")[2].lower()

    def is_own(self, address: str) -> bool:
        """Say whether an address is ours, with or without what follows a plus."""
        return address.lower() in self.own or bare(address) in self.own


def account(setup: Setup) -> Account:
    """Read the settings of an inbox."""
    address = setup.text("address")
    return Account(
        address=address,
        aliases=tuple(_list(setup, "aliases")),
        provider=_provider(setup.text("provider")),
        imap=_server(setup, "imap", 0, address),
        smtp=_server(setup, "smtp", 1, setup.text("imap_user") or address),
        folder=setup.text("imap_folder") or "INBOX",
        history_days=_number(setup, "history_days", 0),
        largest=_number(setup, "largest_megabytes", 40) * 1024 * 1024,
        automatic_per_hour=_number(setup, "automatic_per_hour", 5),
        plus=setup.settings.get("plus_address") is True,
        quote_below=setup.settings.get("quote_below") is True,
        trusted=setup.text("trusted_server"),
        ca=setup.text("tls_ca"),
    )


def voice(setup: Setup, *, team: str = "", author: str = "") -> Voice:
    """Return the name and signature of a team, or the inbox's own where the team has none."""
    lines = dict(_team(line) for line in _list(setup, "team_signatures"))
    own = lines.get(team.strip().lower(), Voice(name="", signature=""))
    name = own.name or setup.text("from_name")
    signature = own.signature or setup.text("signature")
    return Voice(name=_filled(name, author), signature=_filled(signature, author))


def bare(address: str) -> str:
    """Return an address in lower case, without what follows a plus: `help+t1@x` is `help@x`."""
    local, at, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def password(setup: Setup, side: Literal["imap", "smtp"]) -> str:
    """Return the password of a side; SMTP takes that of IMAP when it has none of its own."""
    own = setup.text(f"{side}_password")
    return own or (setup.text("imap_password") if side == "smtp" else "")


def _team(line: str) -> tuple[str, Voice]:
    team, _, rest = line.partition(":")
    name, _, signature = rest.partition("|")
    return team.strip().lower(), Voice(name=name.strip(), signature=signature.strip().replace("\\n", "\n"))


def _filled(text: str, author: str) -> str:
    return re.sub(r" {2,}", " ", text.replace("{author}", author)).strip() if "{author}" in text else text


def _server(setup: Setup, side: Literal["imap", "smtp"], place: int, user: str) -> Server | None:
    """Return the server that is set; a house that is known fills in its own where nothing is."""
    own = setup.text(f"{side}_user") or user
    host = setup.text(f"{side}_host")
    house = HOUSES.get(setup.text("provider"))
    if host:
        port = _number(setup, f"{side}_port", 993 if side == "imap" else 465)
        return Server(host=host, port=port, security=_security(setup.text(f"{side}_security")), user=own)
    if house is None:
        return None
    known, number, security = house[place]
    return Server(host=known, port=number, security=security, user=own)


def _security(told: str) -> Security:
    return "starttls" if told == "starttls" else "none" if told == "none" else "tls"


def _provider(told: str) -> Provider:
    return "google" if told == "google" else "microsoft" if told == "microsoft" else "password"


def _list(setup: Setup, name: str) -> list[str]:
    value = setup.settings.get(name)
    if isinstance(value, str):
        return [line.strip() for line in value.splitlines() if line.strip()]
    return [str(line) for line in value] if isinstance(value, list) else []


def _number(setup: Setup, name: str, otherwise: int) -> int:
    value = setup.settings.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise
