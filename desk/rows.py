"""What the desk keeps of deadlines: the clocks of each conversation, what was done, whom it told. Pure rows."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from conversations.model import Priority
from desk.escalation import Told
from desk.policies import By, Kind
from desk.sla import Clocks
from hub.model import Status
from hub.store.port import Collection, Document, Index


class Deadline(Document, frozen=True, kw_only=True):
    """The clocks of one conversation, whose id it has. `timer` is the job that rings next, "" when none does."""

    policy: str
    clocks: Clocks
    told: tuple[Told, ...] = ()
    timer: str = ""


class Reached(Struct, frozen=True, kw_only=True):
    """One person an escalation tells, and by which way; `notice` is the message that left the house, if one did.

    `missing`: they have no address for this way, or no inbox sends it.
    """

    user: str
    name: str
    by: By
    notice: str = ""
    missing: bool = False


class Escalation(Document, frozen=True, kw_only=True):
    """One step that was taken, written in the commit that took it, and never changed.

    `number` counts the policy's steps from 0, `time` how often this one was taken. `nobody`: those who were to be told
    do not exist, so administrators were.
    """

    conversation: str
    at: datetime
    policy: str
    kind: Kind
    on: Literal["warning", "breach"]
    due_at: datetime | None
    number: int
    time: int
    reached: tuple[Reached, ...] = ()
    nobody: bool = False
    team: str | None = None
    priority: Priority | None = None


class StaffNotice(Document, frozen=True, kw_only=True):
    """A message to a colleague that left the house, and what became of it."""

    user: str
    conversation: str
    by: By
    inbox: str
    status: Status = Status.QUEUED
    reason: str = ""
    detail: str = ""
    at: datetime


class Book(Document, frozen=True, kw_only=True):
    """The one row that changes with every policy and calendar, so that nobody goes by an old one.

    `senders` names the inbox by which colleagues are told, by way.
    """

    senders: dict[str, str] = {}


DEADLINES = Collection("deadlines", Deadline)
ESCALATIONS = Collection("escalations", Escalation, Index(("conversation", "id")), Index(("at", "id")))
STAFF_NOTICES = Collection("staff_notices", StaffNotice, Index(("conversation", "id")))
BOOKS = Collection("desk_books", Book)
BOOK = "desk"
