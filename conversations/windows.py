"""The ledger of what a provider still lets us send to a customer, and until when. Pure.

A rule of the channel opens a grant when the customer does something; every message that leaves spends from the one
that ends soonest, so that the longer ones last; a message that certainly did not count gives its unit back.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct, structs

from hub.clock import to_millis


class Rule(Struct, frozen=True, kw_only=True):
    """How long, and for how many messages, each of the words in `opened_by` lets us write. None is no limit."""

    opened_by: tuple[str, ...]
    seconds: int
    messages: int | None = None


class Grant(Struct, frozen=True, kw_only=True):
    """What one word opened at `since` (the provider's time): `left` messages before `until`; None is no limit.

    `turn` tells grants of one moment apart: many providers know seconds only.
    """

    opened_by: str
    since: datetime
    until: datetime
    left: int | None = None
    turn: int = 1


class Spent(Struct, frozen=True, kw_only=True):
    """Which grant a message left under."""

    opened_by: str
    since: datetime
    turn: int = 1


Grants = tuple[Grant, ...]


def is_open(grant: Grant, at: datetime) -> bool:
    """Say whether a message may leave under this grant."""
    return at < grant.until and grant.left != 0


def kept(grants: Grants, at: datetime) -> Grants:
    """Return what is worth keeping: those that have not ended. A spent one stays, to get a unit back."""
    return tuple(grant for grant in grants if at < grant.until)


def opened(grants: Grants, rules: Sequence[Rule], word: str, *, since: datetime, at: datetime) -> Grants:
    """Return the grants after the customer did `word` at `since`: each rule that names it begins anew.

    What arrives late and would end before the grant that is there changes nothing. A clock ahead of ours is ours.
    """
    start = to_millis(min(since, at))
    for rule in rules:
        if word not in rule.opened_by:
            continue
        same = [grant for grant in grants if grant.opened_by in rule.opened_by]
        end, turn = start + timedelta(seconds=rule.seconds), max((grant.turn for grant in same), default=0) + 1
        fresh = Grant(opened_by=word, since=start, until=end, left=rule.messages, turn=turn)
        if all(grant.until <= fresh.until for grant in same):
            grants = (*(grant for grant in grants if grant not in same), fresh)
    return kept(grants, at)


def soonest(grants: Grants, at: datetime) -> Grant | None:
    """Return the open grant that ends soonest: the one to spend from. None when every window is closed."""
    return min((grant for grant in grants if is_open(grant, at)), key=lambda grant: grant.until, default=None)


def spent(grants: Grants, grant: Grant) -> Grants:
    """Return the grants after one message left under `grant`."""
    return _counted(grants, under(grant), -1)


def given_back(grants: Grants, unit: Spent) -> Grants:
    """Return the grants after a message turned out not to count; one that began anew meanwhile is full already."""
    return _counted(grants, unit, 1)


def under(grant: Grant) -> Spent:
    """Return what a message remembers of the grant it leaves under."""
    return Spent(opened_by=grant.opened_by, since=grant.since, turn=grant.turn)


def shut(grants: Grants, told: datetime) -> Grants:
    """Return the grants after the provider refused a message of `told`: what was opened later may still be open."""
    return tuple(grant for grant in grants if grant.since > told)


def _counted(grants: Grants, unit: Spent, by: int) -> Grants:
    return tuple(
        structs.replace(grant, left=grant.left + by) if grant.left is not None and under(grant) == unit else grant
        for grant in grants
    )
