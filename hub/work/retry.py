"""What an error means for a job: again, and when; or never again. Pure."""

from datetime import timedelta

from msgspec import Struct

from hub.errors import ChannelBroken, HubError, OutcomeUnknown, Refused, TryLater, Unsupported
from hub.work.jobs import Kind

NEVER = (Refused, Unsupported, ChannelBroken, OutcomeUnknown)
"""Another attempt would end the same way, or could do twice what must be done once."""

SHORTEST = timedelta(milliseconds=10)
CROWDED_FIRST = timedelta(milliseconds=100)
CROWDED_LONGEST = timedelta(seconds=10)


class Again(Struct, frozen=True, kw_only=True):
    """Try again after `wait`."""

    wait: timedelta
    reason: str


class Never(Struct, frozen=True, kw_only=True):
    """Put it to the dead letters."""

    reason: str


Verdict = Again | Never


def verdict(error: Exception, kind: Kind, attempts: int, spin: float) -> Verdict:  # type: ignore[type-arg]
    """Judge the failure of attempt number `attempts` (from 1); `spin` in [0, 1) spreads the retries of many."""
    reason = code(error)
    if isinstance(error, NEVER) or attempts >= kind.attempts:
        return Never(reason=reason)
    if isinstance(error, TryLater) and error.after is not None:
        return Again(wait=max(error.after, SHORTEST), reason=reason)
    return Again(wait=jitter(kind.first_wait, kind.longest_wait, attempts, spin), reason=reason)


def jitter(first: timedelta, longest: timedelta, attempts: int, spin: float) -> timedelta:
    """Return the full-jitter exponential wait after attempt number `attempts`: anything up to first * 2^(n-1)."""
    doubled: timedelta = first * 2 ** min(max(attempts - 1, 0), 20)
    return max(min(doubled, longest) * spin, SHORTEST)


def crowded(attempts: int, spin: float) -> timedelta:
    """Return the wait of a job that lost race after race for the same rows."""
    return jitter(CROWDED_FIRST, CROWDED_LONGEST, attempts, spin)


def code(error: Exception) -> str:
    """Name the failure without its words: they may carry what a customer wrote."""
    return error.code if isinstance(error, HubError) else f"fault:{type(error).__name__}"
