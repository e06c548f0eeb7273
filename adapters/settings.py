"""The settings of one inbox: a schema that draws the form, and the check of what was filled in."""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from hub.errors import Invalid
from hub.model import FormField

Value = str | int | bool | list[str] | list[dict[str, object]] | None
T = TypeVar("T")


class Bilingual(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text for people in both languages of the house."""

    zh: Annotated[str, Meta(min_length=1)]
    en: Annotated[str, Meta(min_length=1)]


class Option(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One value of a `choice` field."""

    value: Annotated[str, Meta(min_length=1)]
    label: Bilingual


class Field(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One setting. `text` is one line, `long` many; `list` is one text a line; `form` a list of `FormField`.

    `pattern` holds for a text and for every line of a list. A `secret` is written, kept encrypted, and never
    shown again. `low` and `high` bound an integer.
    """

    name: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,63}$")]
    type: Literal["text", "long", "url", "integer", "flag", "choice", "list", "form", "colour"]
    label: Bilingual
    help: Bilingual
    required: bool = False
    secret: bool = False
    default: str | int | bool | list[str] | None = None
    pattern: str = ""
    choices: tuple[Option, ...] = ()
    low: int | None = None
    high: int | None = None


def check(fields: tuple[Field, ...], given: Mapping[str, object]) -> dict[str, Value]:
    """Return the settings complete with defaults; raises `Invalid` with the path of the first fault.

    Each value may also come as the text that `texts` makes of it: lists by lines, forms as JSON, `true`, `10`.
    """
    known = {field.name for field in fields}
    for name in given:
        if name not in known:
            raise Invalid("There is no such setting", path=f"$.settings.{name}", setting=name)
    return {field.name: _checked(field, given.get(field.name)) for field in fields}


def texts(values: Mapping[str, Value]) -> dict[str, str]:
    """Return checked settings as text, the form in which an inbox keeps them; what is not set is left out."""
    return {name: _text(value) for name, value in values.items() if value not in (None, "", [])}


def _text(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case [str(), *_]:
            return "\n".join(map(str, value))
        case list():
            return msgspec.json.encode(value).decode()
        case _:
            return str(value)


def _checked(field: Field, given: object) -> Value:
    if given is None or given == "":
        if field.required and field.default is None:
            raise _fault(field, "is required")
        return field.default
    value = _typed(field, given)
    for line in value if isinstance(value, list) else (value,):
        if isinstance(line, str):
            _line(field, line)
    return value


def _typed(field: Field, given: object) -> Value:
    match field.type:
        case "integer":
            number = _as(field, given, int)
            if (field.low is not None and number < field.low) or (field.high is not None and number > field.high):
                raise _fault(field, f"must lie between {field.low} and {field.high}")
            return number
        case "flag":
            return _as(field, given, bool)
        case "list":
            lines = given.splitlines() if isinstance(given, str) else _as(field, given, list[str])
            return [line.strip() for line in lines if line.strip()]
        case "form":
            asked = _as(field, _json(field, given), tuple[FormField, ...])
            return _as(field, msgspec.to_builtins(asked), list[dict[str, object]])
        case "text" | "long" | "url" | "choice" | "colour":
            return _as(field, given, str)


def _line(field: Field, line: str) -> None:
    if len(line) > 10_000:
        raise _fault(field, "is longer than 10,000 characters")
    if field.pattern and not re.fullmatch(field.pattern, line):
        raise _fault(field, f"does not match {field.pattern}")
    rule = SHAPES.get(field.type)
    if rule and not rule(field, line):
        raise _fault(field, f"is not a valid {field.type}")


SHAPES: Mapping[str, Callable[[Field, str], bool]] = {
    "url": lambda _, line: re.fullmatch(r"https?://[^\s/?#@]+([/?#]\S*)?", line) is not None,
    "colour": lambda _, line: re.fullmatch("#[0-9a-fA-F]{6}", line) is not None,
    "choice": lambda field, line: line in {option.value for option in field.choices},
}


def _json(field: Field, given: object) -> object:
    try:
        return msgspec.json.decode(given) if isinstance(given, str) else given
    except ValueError as error:
        raise _fault(field, "is not JSON") from error


def _as(field: Field, given: object, kind: type[T]) -> T:
    try:
        return msgspec.convert(given, kind, strict=not isinstance(given, str))
    except ValueError as error:
        raise _fault(field, f"has the wrong type ({field.type} is wanted)") from error


def _fault(field: Field, what: str) -> Invalid:
    hint = field.help.en if not field.secret else f"{field.help.en} (secret)"
    return Invalid(f"Setting `{field.name}` {what}", path=f"$.settings.{field.name}", hint=hint)
