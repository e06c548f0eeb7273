"""Events become jobs of those who care, and rows of nobody else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from hub.events import Events

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.store.port import Write

AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


class Rang(Struct, frozen=True, kw_only=True):
    """An event of the test."""

    loud: bool


async def hear(event: Rang, at: datetime) -> Sequence[Write]:
    return ()


def test_every_subscriber_gets_a_job_in_a_lane_of_its_own() -> None:
    events = Events()
    events.subscribe(Rang, "one", hear)
    events.subscribe(Rang, "two", hear)
    made = [write.doc for write in events.jobs(Rang(loud=False), lane="c1", seq=3, at=AT)]
    assert [(job.kind, job.lane, job.seq) for job in made] == [
        ("Rang>one", "c1>Rang>one", 3),
        ("Rang>two", "c1>Rang>two", 3),
    ]


def test_who_wants_only_some_costs_no_row_for_the_others() -> None:
    events = Events()
    events.subscribe(Rang, "picky", hear, wants=lambda event: event.loud)
    assert events.jobs(Rang(loud=False), lane="c1", seq=1, at=AT) == []
    assert [write.doc.body for write in events.jobs(Rang(loud=True), lane="c1", seq=2, at=AT)] == ['{"loud":true}']
