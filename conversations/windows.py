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
    """What one word opened at `since` (the provider's time): `left` messages before `until`; None is no limit."""

    opened_by: str
    since: datetime
    until: datetime
    left: int | None = None


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
        fresh = Grant(opened_by=word, since=start, until=start + timedelta(seconds=rule.seconds), left=rule.messages)
        if all(grant.until <= fresh.until for grant in same):
            grants = (*(grant for grant in grants if grant not in same), fresh)
    return kept(grants, at)


def soonest(grants: Grants, at: datetime) -> Grant | None:
    """Return the open grant that ends soonest: the one to spend from. None when every window is closed."""
    return min((grant for grant in grants if is_open(grant, at)), key=lambda grant: grant.until, default=None)


def spent(grants: Grants, grant: Grant) -> Grants:
    """Return the grants after one message left under `grant`."""
    return _counted(grants, grant.since, grant.opened_by, -1)


def given_back(grants: Grants, since: datetime, opened_by: str) -> Grants:
    """Return the grants after a message turned out not to count; one that began anew meanwhile is full already."""
    return _counted(grants, since, opened_by, 1)


def shut(grants: Grants, told: datetime) -> Grants:
    """Return the grants after the provider refused a message of `told`: what was opened later may still be open."""
    return tuple(grant for grant in grants if grant.since > told)


def _counted(grants: Grants, since: datetime, opened_by: str, by: int) -> Grants:
    return tuple(
        structs.replace(grant, left=grant.left + by)
        if grant.left is not None and (grant.since, grant.opened_by) == (since, opened_by)
        else grant
        for grant in grants
    )
