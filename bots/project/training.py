"""The `nlu:` section: examples of intents, synonyms, patterns and lookup tables, each with its line."""

from collections.abc import Iterator

import yaml

from bots.project import annotations
from bots.project.model import Example, Lookup, Nlu, Pattern, Place, Synonym
from bots.project.nodes import File

EXAMPLES = 100_000
"""Sentences of one project; more take minutes to learn and say nothing new."""
LONGEST = 2000
_KEYS = frozenset({"intent", "synonym", "regex", "lookup", "examples", "metadata"})
_KINDS = ("intent", "synonym", "regex", "lookup")
Line = tuple[str, Place]


class Sentences:
    """Collects training data over all files of a project."""

    def __init__(self) -> None:
        self._examples: list[Example] = []
        self._lookups: list[Lookup] = []
        self._patterns: list[Pattern] = []
        self._synonyms: list[Synonym] = []
        self._full = False

    def read(self, file: File, node: yaml.Node) -> None:
        """Take one `nlu:` list."""
        for item in file.items(node, "nlu"):
            entries = file.known(item, "An entry of nlu", _KEYS)
            kinds = [kind for kind in _KINDS if kind in entries]
            if len(kinds) != 1:
                file.error(item, "An entry of nlu is one of intent, synonym, regex and lookup")
                continue
            name = file.text(entries[kinds[0]], kinds[0]).strip()
            if not name:
                file.error(item, f"The {kinds[0]} has no name")
                continue
            self._take(file, kinds[0], name, item, list(_lines(file, entries.get("examples"))))

    @property
    def all(self) -> Nlu:
        """Return everything that was read."""
        return Nlu(
            examples=tuple(self._examples), lookups=tuple(self._lookups), patterns=tuple(self._patterns),
            synonyms=tuple(self._synonyms),
        )  # fmt: skip

    def _take(self, file: File, kind: str, name: str, item: yaml.Node, lines: list[Line]) -> None:
        place = file.place(item)
        if not lines:
            file.warning(item, f"The {kind} {name!r} has no examples")
        match kind:
            case "intent":
                self._intent(file, name, item, lines)
            case "synonym":
                self._synonyms.append(Synonym(value=name, words=tuple(text for text, _ in lines), place=place))
            case "lookup":
                self._lookups.append(Lookup(entity=name, words=tuple(text for text, _ in lines), place=place))
            case _:
                self._patterns += [Pattern(name=name, regex=text, place=where) for text, where in lines]

    def _intent(self, file: File, name: str, item: yaml.Node, lines: list[Line]) -> None:
        for text, place in lines:
            if len(self._examples) >= EXAMPLES:
                if not self._full:
                    file.error(item, f"More than {EXAMPLES} examples", "Keep the ones that differ.")
                self._full = True
                return
            try:
                plain, spans = annotations.read(text)
            except annotations.BadMark as error:
                file.faults.error(place, str(error), "Write it as [words](entity) or with a JSON object.")
                continue
            if not 0 < len(plain) <= LONGEST:
                file.faults.error(place, f"An example has 1 to {LONGEST} characters")
                continue
            self._examples.append(Example(text=plain, intent=name, spans=spans, place=place))


def _lines(file: File, node: yaml.Node | None) -> Iterator[Line]:
    """Give each example: the lines of a block that begin with a hyphen, or the `text` of each item of a list."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            if isinstance(item, yaml.ScalarNode):
                yield str(item.value).strip(), file.place(item)
            else:
                entries = file.known(item, "An example", frozenset({"text", "metadata"}))
                text = file.text(entries.get("text"), "The text of an example")
                yield text.strip().removeprefix("- ").strip(), file.place(entries.get("text", item))
    elif isinstance(node, yaml.ScalarNode):
        yield from _block(file, node)
    elif node is not None:
        file.error(node, "examples must be a block of lines or a list")


def _block(file: File, node: yaml.ScalarNode) -> Iterator[Line]:
    first = 1 if node.style in ("|", ">") else 0
    for number, line in enumerate(str(node.value).split("\n")):
        text = line.strip()
        if text.startswith("-"):
            yield text[1:].strip(), file.place(node, number + first)
        elif text and not text.startswith("#"):
            file.error(
                node, f"An example begins with a hyphen: {text[:60]!r}", "Write `- ` before it.", down=number + first
            )
