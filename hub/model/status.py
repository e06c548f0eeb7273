"""How far a message has come; it only moves forward, whatever order the receipts arrive in."""

from enum import StrEnum


class Status(StrEnum):
    """The fate of one message."""

    QUEUED = "queued"
    SENT = "sent"
    UNKNOWN = "unknown"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


LADDER: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.SENT, Status.UNKNOWN, Status.DELIVERED, Status.READ, Status.FAILED}),
    Status.UNKNOWN: frozenset({Status.SENT, Status.DELIVERED, Status.READ, Status.FAILED}),
    Status.SENT: frozenset({Status.DELIVERED, Status.READ, Status.FAILED}),
    Status.DELIVERED: frozenset({Status.READ}),
    Status.READ: frozenset(),
    Status.FAILED: frozenset({Status.QUEUED}),
}
"""Which status may follow which. FAILED to QUEUED is a person's decision to send again, never a receipt's."""


def further(now: Status, told: Status) -> Status:
    """Return the later of two statuses: what a receipt may change, and nothing else."""
    return told if told in LADDER[now] and told is not Status.QUEUED else now
