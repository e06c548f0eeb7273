"""A small simulated back end: people, tickets, devices, outages; the same in every run. Standard library only."""

import re
from dataclasses import dataclass, field

TICKET = re.compile(r"T2026\d{4}", re.IGNORECASE)
EMPLOYEE = re.compile(r"(?<!\d)1\d{4}(?!\d)")
PHONE = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|07\d{9})(?!\d)")
FREE = ("python", "office")
"""Standard programs that everybody installs without asking."""
SOFTWARE = ("Visio", "Photoshop", "AutoCAD", "Adobe", "Axure", "PyCharm", "Tableau", "Office", "Project", "python")
DEVICES = ("笔记本", "显示器", "台式机", "平板", "mac", "laptop", "monitor", "desktop", "tablet")
COMPUTERS = ("笔记本", "台式机", "mac", "laptop", "desktop")
YEARS = 4
"""A computer is replaced after so many."""
OUTAGES = {"五楼": "15:00", "floor 5": "15:00"}
"""Where the network is down, and until when."""
CALM = ("不急", "一般", "not urgent", "normal", "no rush")
HURRY = ("急", "马上", "high", "urgent", "asap", "right away", "now")


@dataclass(frozen=True)
class Person:
    """A colleague: `tail` are the last four digits of the phone on file, `years` the age of their computer."""

    username: str
    number: str
    tail: str
    years: int


@dataclass(frozen=True)
class Ticket:
    """A ticket; `state` is open, working or closed, `date` when it goes on or ended."""

    number: str
    state: str
    date: str


PEOPLE = (
    Person("zhangwei", "10086", "8000", 5), Person("lina", "10233", "5678", 2), Person("wangfang", "10311", "4321", 4),
    Person("jsmith", "10086", "0123", 5), Person("mjones", "10233", "0456", 2), Person("kpatel", "10311", "0789", 4),
)  # fmt: skip


def _first() -> dict[str, Ticket]:
    known = (
        Ticket("T20261201", "working", "2026-12-02"), Ticket("T20261188", "open", "2026-12-03"),
        Ticket("T20261150", "closed", "2026-11-28"),
    )  # fmt: skip
    return {one.number: one for one in known}


@dataclass
class Desk:
    """The tickets of the demonstration; new ones are added while the server runs."""

    tickets: dict[str, Ticket] = field(default_factory=_first)

    def new_ticket(self) -> str:
        """Add a ticket and return its number."""
        number = f"T{20261300 + len(self.tickets)}"
        self.tickets[number] = Ticket(number, "open", "2026-12-03")
        return number


def person(username: object) -> Person | None:
    """Return the colleague of this user name, which may stand in a sentence."""
    words = re.findall(r"[a-z]+", str(username).casefold())
    return next((one for one in PEOPLE if one.username in words), None)


def holder(number: object) -> Person | None:
    """Return the colleague of this employee number."""
    return next((one for one in PEOPLE if one.number == number), None)


def named(text: object, words: tuple[str, ...]) -> str | None:
    """Return which of the words a text names, if any."""
    said = str(text).casefold()
    return next((word for word in words if word.casefold() in said), None)


def urgency(text: object) -> str | None:
    """Return `high` or `normal`, if a text says either."""
    if named(text, CALM):
        return "normal"
    return "high" if named(text, HURRY) else None
