"""What the engine knows how to do: kinds with their handlers, and gates that hold a job back without a write."""

from datetime import datetime
from typing import Generic, Protocol, TypeVar

import msgspec
from msgspec import Struct

from hub.work.jobs import Handler, Job, Kind

B = TypeVar("B", bound=Struct)
B_contra = TypeVar("B_contra", bound=Struct, contravariant=True)


class Gate(Protocol[B_contra]):
    """Whether a job may start now. For what only this process knows: free calls, an open circuit."""

    def enter(self, body: B_contra, job: Job, at: datetime) -> datetime | None:
        """Let the job in (None), or say until when its lane rests. Quick, no I/O."""
        ...

    def leave(self, body: B_contra, job: Job) -> None:
        """The job that was let in has ended, however it ended."""
        ...


class Open:
    """The gate of kinds that never wait."""

    def enter(self, body: Struct, job: Job, at: datetime) -> datetime | None:
        """Let everything in."""
        return None

    def leave(self, body: Struct, job: Job) -> None:
        """Nothing was counted."""


class Trade(Generic[B]):
    """A kind, how its jobs are done, and how its bodies are read."""

    def __init__(self, kind: Kind[B], handler: Handler[B], gate: Gate[B]) -> None:
        self.kind = kind
        self.handler = handler
        self.gate = gate
        self._decode = msgspec.json.Decoder(kind.body).decode

    def body(self, job: Job) -> B:
        """Return the decoded body; raises ValueError."""
        return self._decode(job.body)
