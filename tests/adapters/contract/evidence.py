"""What lies in a channel's folder of recordings beside the recordings: its test inbox, and how its provider answers.

`settings.json`: `settings` of the test inbox, test secrets included (`{provider}` becomes the fake provider's address);
`keys`, the keyring of channels that sign tokens; `proof`, which words of the query and which headers prove a request,
and whether they prove the body; `exempt`, promises that cannot hold here, each with its reason.

`provider.json`: what the fake provider answers by path; `quiet` paths (tokens) always answer and are in no golden;
`body` is its answer to the rest; `volatile` are words of query, form or JSON that change at every call;
`statuses` are HTTP statuses that mean something else here; `failures` are answers that are failures, at any status.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct, field

from hub import errors

if TYPE_CHECKING:
    from pathlib import Path

    from hub.errors import HubError

ERRORS: dict[str, type[HubError]] = {
    kind.__name__: kind
    for kind in (
        errors.ChannelBroken,
        errors.OptedOut,
        errors.OutcomeUnknown,
        errors.Refused,
        errors.TryLater,
        errors.Unsupported,
        errors.WindowClosed,
    )
}


class Proof(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What proves a request: these headers (None is all that are not the transport's), these words of the query.

    `secrets` are the settings that check it: with another value of any, the request is refused.
    `body`: a changed byte anywhere in the body must be refused (None is what the manifest says).
    """

    headers: list[str] | None = None
    query: list[str] = []
    secrets: tuple[str, ...] = ("signing_secret", "token", "app_secret")
    body: bool | None = None


class Evidence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`settings.json`. `exempt` maps a piece of a test's name to the reason why it cannot hold for this channel."""

    settings: dict[str, Any]
    keys: str = ""
    proof: Proof = Proof()
    exempt: dict[str, str] = {}


class Failure(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way in which the provider fails, and the error it must become after so many calls."""

    error: str
    status: int = 200
    headers: dict[str, str] = {}
    body: Any = None
    after: float | None = None
    calls: int = 1

    @property
    def kind(self) -> type[HubError]:
        """Return the class of the error; `Refused` stands for itself and not for its subclasses."""
        return ERRORS[self.error]


class Script(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`provider.json`."""

    answers: dict[str, Any] = {}
    quiet: list[str] = []
    body: Any = field(default_factory=lambda: {"id": "provider-1"})
    volatile: list[str] = []
    statuses: dict[str, str] = {}
    failures: list[Failure] = []


def evidence(folder: Path) -> Evidence:
    """Read the settings of the test inbox."""
    return msgspec.json.decode((folder / "settings.json").read_bytes(), type=Evidence)


def script(folder: Path) -> Script:
    """Read how the provider answers; without a file it says `{"id": "provider-1"}` to everything."""
    file = folder / "provider.json"
    return msgspec.json.decode(file.read_bytes(), type=Script) if file.is_file() else Script()
