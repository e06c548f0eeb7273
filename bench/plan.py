"""How much is measured: the full run, or the quick one that only shows that every figure can be made."""

from msgspec import Struct


class Plan(Struct, frozen=True, kw_only=True):
    """Sizes of one run. `rounds` alternate floor and figure; medians are taken."""

    quick: bool = False
    rounds: int = 5
    seconds: float = 6.0
    connections: int = 256
    messages: int = 1_000_000
    conversations: int = 60_000
    reads: int = 2000
    sockets: int = 10_000
    per_second: int = 200
    live_seconds: float = 20.0
    timers: int = 1_000_000
    timer_span: float = 3600.0
    timer_seconds: float = 60.0
    """So many timers spread over so many seconds, watched for the first of them."""


FULL = Plan()
QUICK = Plan(
    quick=True, rounds=1, seconds=0.4, connections=8, messages=3000, conversations=300, reads=40, sockets=50,
    per_second=50, live_seconds=1.0, timers=3000, timer_span=60.0, timer_seconds=4.0,
)  # fmt: skip
