"""What a channel says about itself, read from its `manifest.toml` without importing its code."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from adapters.settings import Bilingual, Field
from hub.errors import Malformed

FILE = "manifest.toml"
Tag = Literal[
    "text",
    "html",
    "image",
    "audio",
    "video",
    "file",
    "location",
    "card",
    "choices",
    "form",
    "template",
    "notice",
]


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one message may hold: characters of text, bytes of one file, media types (`image/*` is a prefix)."""

    text: Annotated[int, Meta(gt=0)] = 20_000
    attachment_bytes: Annotated[int, Meta(ge=0)] = 0
    attachment_types: tuple[str, ...] = ()


class Exempt(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule that cannot apply here, and why."""

    exempt: Annotated[str, Meta(min_length=10)]


Tick = Literal["done", "todo"] | Exempt


class Quality(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which promises are kept; `adapters/check.py` compares each tick with the evidence."""

    recorded: Tick = "todo"
    documented: Tick = "todo"
    live_checked: Tick = "todo"


class Manifest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One channel's card. The settings form, the capability matrix and the contract suite are drawn from it.

    `signature` says what the provider's proof covers: the body, an envelope around it (time and nonce only),
    nothing, or a session of our own. With less than the body, `guard` names what makes up for it. `webhook` is
    false when the channel has an endpoint of its own. `idempotent`: the receiving side dedupes, so a doubtful send
    may be repeated.
    """

    name: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{1,31}$")]
    title: Bilingual
    about: Bilingual
    carries: tuple[Tag, ...]
    signature: Literal["body", "envelope", "none", "session"]
    guard: Literal["encrypted", "secret_url"] | None = None
    webhook: bool = True
    idempotent: bool = False
    limits: Limits = Limits()
    settings: tuple[Field, ...] = ()
    quality: Quality = Quality()

    @property
    def secrets(self) -> frozenset[str]:
        """Name the settings that are written and never read back."""
        return frozenset(field.name for field in self.settings if field.secret)


def read(folder: Path) -> Manifest:
    """Read the manifest of a channel's folder; raises `Malformed` with the file and the fault's path in it."""
    file = folder / FILE
    try:
        return msgspec.toml.decode(file.read_bytes(), type=Manifest)
    except (ValueError, OSError) as error:
        raise Malformed("The manifest cannot be read", file=f"{folder.name}/{FILE}", fault=str(error)) from error
