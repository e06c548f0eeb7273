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
    """What one message may hold: characters of text, bytes of one file, media types (`image/*` is a prefix).

    `text_bytes` bounds the text's UTF-8 where the provider counts so. `parts` is how many parts one call carries: a
    longer message becomes several. `by_type` bounds the bytes of a media type (`image/*`) more narrowly.
    """

    text: Annotated[int, Meta(gt=0)] = 20_000
    text_bytes: Annotated[int, Meta(gt=0)] | None = None
    parts: Annotated[int, Meta(gt=0)] | None = None
    attachment_bytes: Annotated[int, Meta(ge=0)] = 0
    attachment_types: tuple[str, ...] = ()
    by_type: dict[str, int] = {}


class Window(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long, and for how many messages, the provider lets us write after the customer did something.

    `opened_by` are the words that `Said.window` and `Signal.window` use ("message", "menu", "follow", "scan"). Each
    time it happens the window begins anew. `messages` None is no limit.
    """

    opened_by: tuple[str, ...]
    seconds: Annotated[int, Meta(gt=0)]
    messages: Annotated[int, Meta(gt=0)] | None = None


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

    `windows`: with any, we may write only while one is open, save for the parts named in `outside`. `degrades` says
    what becomes of a part that the channel does not carry: `text` (buttons become numbers, a place its name and
    position), `link` (a file becomes an address to fetch it from). `counts = "sms"`: texts are billed by segments.
    `typing`, `templates`, `consent` (OAuth) and `listens` say which optional verbs there are; `mail`: it has subjects,
    copies and threads of its own. `opt_out`: people end marketing by a word. `address_key` names the setting whose
    value the provider carries in the address it calls (`?key=`), because it signs nothing.
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
    windows: tuple[Window, ...] = ()
    outside: tuple[Tag, ...] = ()
    degrades: dict[Tag, Literal["text", "link"]] = {}
    counts: Literal["characters", "sms"] = "characters"
    typing: bool = False
    templates: bool = False
    consent: bool = False
    listens: bool = False
    mail: bool = False
    opt_out: bool = False
    address_key: str = ""
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
