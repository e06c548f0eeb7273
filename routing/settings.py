"""What a house sets about routing: queues, policy, and the book that says when to read them again. Pure rows."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from conversations.hours import Hours
from hub.store.port import Collection, Document
from routing.policy.order import Rules
from routing.policy.queues import Queue, Step

ANYBODY = "anybody"
"""The queue of conversations that have no team: everybody serves it."""

Choice = Literal["call_back", "message", "self_service"]


class OverflowStep(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes for somebody who has waited `after`, a part of the target; see the policy's `Step`."""


class QueuePromise(Queue, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a queue promises; see the policy's `Queue`. All times in seconds."""

    steps: Annotated[tuple[OverflowStep, ...], Meta(max_length=20)] = ()


class QueueTerms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an administrator says of a queue, which has its team's id.

    It is open in its `hours`, or in those of the desk's `calendar`; with neither always. Who waits is told how long it
    takes, unless not `announced`, and may do one of `choices` instead. `self_service` is what is said to who serves
    themselves.
    """

    queue: QueuePromise = QueuePromise()
    hours: Hours | None = None
    calendar: Annotated[str, Meta(max_length=64)] = ""
    announced: bool = True
    choices: Annotated[tuple[Choice, ...], Meta(max_length=3)] = ()
    self_service: Annotated[str, Meta(max_length=2000)] = ""


class QueueRow(Document, frozen=True, kw_only=True):
    """A queue as it is kept; the id is its team's, or `ANYBODY`. A team without a row promises nothing."""

    terms: QueueTerms
    changed_at: datetime


PLAIN_QUEUE = QueueTerms(queue=QueuePromise(sticky=0.0))
"""What a team is that nobody described."""


class House(Document, frozen=True, kw_only=True):
    """The policy of the house; its one row is `HOUSE`."""

    rules: Rules = Rules()
    changed_at: datetime


class Book(Document, frozen=True, kw_only=True):
    """The one row that changes with every setting and every new line, so that nobody goes by old ones."""

    lines: int = 0


QUEUES = Collection("routing_queues", QueueRow)
HOUSES = Collection("routing_house", House)
BOOKS = Collection("routing_books", Book)
HOUSE = "house"
BOOK = "routing"
MOST_QUEUES = 1000
