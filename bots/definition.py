"""A menu and FAQ bot as a YAML file: read strictly, so that a slip names its place before a customer meets it."""

from pathlib import Path
from typing import Annotated

import msgspec
import yaml
from msgspec import Meta, Struct

from bots.document import parse
from hub.errors import Invalid

Words = Annotated[str, Meta(min_length=1, max_length=5000)]


class Option(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One quick reply: what the button says and, when that is not a question of its own, what it asks."""

    label: Annotated[str, Meta(min_length=1, max_length=64)]
    ask: Annotated[str, Meta(max_length=256)] = ""


class Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something the bot can answer: questions as people write them, words that point at it, and the answer."""

    name: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,63}$")]
    questions: Annotated[tuple[Words, ...], Meta(min_length=1)]
    answer: Words
    words: tuple[Words, ...] = ()
    options: tuple[Option, ...] = ()


class Phrases(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the bot says of itself."""

    greeting: Words
    unsure: Words
    handing_over: Words
    failed: Words


class Speech(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything the bot knows in one language."""

    phrases: Phrases
    menu: tuple[Option, ...] = ()
    person: Annotated[tuple[Words, ...], Meta(min_length=1)]
    """Words that ask for a person; one of them anywhere in a short sentence is enough."""
    entries: tuple[Entry, ...] = ()


class Definition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bot. `languages` maps a language tag ("zh-CN", "en") to what it says; the first is the default.

    `doubts` is how many sentences in a row it may fail to understand before a person is called; `sure` the likeness
    (0 to 1) from which an entry counts as understood.
    """

    name: Annotated[str, Meta(min_length=1, max_length=64)]
    languages: Annotated[dict[str, Speech], Meta(min_length=1)]
    doubts: Annotated[int, Meta(ge=1, le=10)] = 2
    sure: Annotated[float, Meta(gt=0, le=1)] = 0.5


def load(path: Path) -> Definition:
    """Read and check one bot file.

    Raises `Invalid` with the file and, for YAML mistakes, line and column, or the JSON path of the wrong field.
    """
    return read(path.read_text(encoding="utf-8"), name=path.name)


def read(text: str, *, name: str) -> Definition:
    """Read a definition from YAML text; `name` is what errors call it."""
    try:
        definition = msgspec.convert(parse(text), Definition)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        raise Invalid(f"Not YAML: {error.problem}", path=place, hint="Correct the bot file.") from error
    except msgspec.ValidationError as error:
        message, _, at = str(error).partition(" - at ")
        raise Invalid(message, path=f"{name} {at.strip('`')}".strip(), hint="Correct the bot file.") from error
    _check(definition, name)
    return definition


def _check(definition: Definition, name: str) -> None:
    """Refuse two entries of one name and buttons that lead nowhere."""
    for tag, speech in definition.languages.items():
        names = [entry.name for entry in speech.entries]
        for twice in sorted({entry for entry in names if names.count(entry) > 1}):
            raise Invalid(
                f"Two entries are called {twice!r}",
                path=f"{name} $.languages.{tag}.entries",
                hint="Give every entry of a language its own `name`.",
            )
        known = {question for entry in speech.entries for question in entry.questions} | set(speech.person)
        for option in (*speech.menu, *(option for entry in speech.entries for option in entry.options)):
            if (option.ask or option.label) not in known:
                raise Invalid(
                    f"The button {option.label!r} asks what no entry answers",
                    path=f"{name} $.languages.{tag}",
                    hint="Set `ask` to one of an entry's questions.",
                )
