"""What a comparison says of one policy: rows that a process may keep without the simulator behind them."""

from msgspec import Struct


class PolicyLine(Struct, frozen=True, kw_only=True):
    """One policy over all days and queues: the means. Parts are between 0 and 1, waits in seconds."""

    policy: str
    days: int
    mean_wait: float
    p95_wait: float
    miss: float
    weighted_miss: float
    abandoned: float
    turned_away: float
    occupancy: float
    gini: float
    jain: float
