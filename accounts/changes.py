"""What an act changed, field by field, fit for the audit record. Pure."""

from collections.abc import Collection, Mapping

import msgspec
from msgspec import Struct

from accounts.audit import HIDDEN, Change

LONGEST = 500
DULL = frozenset({"id", "version", "created_at", "changed_at"})


def changed(before: Struct | None, after: Struct | None, *, secret: Collection[str] = ()) -> tuple[Change, ...]:
    """Return the fields that differ; those named in `secret` are told to differ, and their values are not shown."""
    old, new = _fields(before), _fields(after)
    names = [name for name in {**old, **new} if name not in DULL and old.get(name) != new.get(name)]
    return tuple(_change(name, old, new, name in secret) for name in names)


def _change(name: str, old: Mapping[str, object], new: Mapping[str, object], hide: bool) -> Change:
    return Change(field=name, before=_told(old.get(name), hide), after=_told(new.get(name), hide))


def _fields(struct: Struct | None) -> dict[str, object]:
    return {} if struct is None else dict(msgspec.to_builtins(struct))


def _told(value: object, hide: bool) -> str | None:
    if value is None:
        return None
    if hide:
        return HIDDEN
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
