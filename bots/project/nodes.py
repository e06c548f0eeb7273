"""One YAML file as nodes that know their lines; whatever is wrong becomes a fault. Bounded against YAML bombs.

Scalars are read as Rasa reads them, by YAML 1.2 (rasa 3.6, `shared/utils/yaml.py`): `yes` and `no` are words.
"""

from collections.abc import Iterator
from typing import Any, cast

import yaml

from bots.document import Words
from bots.project.faults import Faults
from bots.project.model import Json, Place

DEEPEST = 40
VISITS = 1_000_000
"""Nodes looked at in one file. Aliases are looked at each time they are used: that is what a bomb consists of."""


class _Loader(yaml.CSafeLoader):
    """libyaml's reader with the scalars of YAML 1.2."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":merge")]
    for first, resolvers in Words.yaml_implicit_resolvers.items()
}


class File:
    """One file while it is read: gives places, notes faults, counts what it looks at."""

    def __init__(self, name: str, faults: Faults) -> None:
        self.name = name
        self.faults = faults
        self._visits = 0

    def root(self, text: str) -> yaml.Node | None:
        """Return the document's root, or None for an empty file or one that is not YAML."""
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            self.faults.error(Place(self.name, mark.line + 1 if mark else 1), f"Not YAML: {error.problem}")
            return None
        except (yaml.YAMLError, UnicodeError, RecursionError) as error:
            self.faults.error(Place(self.name, 1), f"Not YAML: {str(error).splitlines()[0]}")
            return None
        finally:
            loader.dispose()
        return node if node is None or self._bounded(node) else None

    def place(self, node: yaml.Node, down: int = 0) -> Place:
        """Return where a node begins, or the line `down` below it."""
        return Place(self.name, node.start_mark.line + 1 + down)

    def error(self, node: yaml.Node, message: str, hint: str = "", *, down: int = 0) -> None:
        """Note an error at a node."""
        self.faults.error(self.place(node, down), message, hint)

    def warning(self, node: yaml.Node, message: str, hint: str = "") -> None:
        """Note a warning at a node."""
        self.faults.warning(self.place(node), message, hint)

    def pairs(self, node: yaml.Node, what: str) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
        """Give the entries of a mapping as (key, its node, value); anything else, or a key twice, is a fault."""
        if not isinstance(node, yaml.MappingNode):
            if not _nothing(node):
                self.error(node, f"{what} must be a mapping")
            return
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.error(key, f"{what}: a key must be a word")
            elif key.value in seen:
                self.error(key, f"{what}: {key.value!r} is there twice")
            else:
                seen.add(key.value)
                yield key.value, key, value

    def pairs_of(self, node: yaml.Node, what: str) -> Iterator[tuple[str, yaml.Node]]:
        """Give the entries of a mapping as (key, value)."""
        return ((name, value) for name, _, value in self.pairs(node, what))

    def known(self, node: yaml.Node, what: str, allowed: frozenset[str]) -> dict[str, yaml.Node]:
        """Return the entries of a mapping whose keys must be among `allowed`."""
        found: dict[str, yaml.Node] = {}
        for name, key, value in self.pairs(node, what):
            if name in allowed:
                found[name] = value
            else:
                self.error(key, f"{what} has no {name!r}", f"Known here: {', '.join(sorted(allowed))}.")
        return found

    def items(self, node: yaml.Node | None, what: str) -> list[yaml.Node]:
        """Return the elements of a list; nothing is an empty one."""
        if node is None or _nothing(node):
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.error(node, f"{what} must be a list")
            return []
        return list(node.value)

    def text(self, node: yaml.Node | None, what: str) -> str:
        """Return a scalar as it is written; "" for nothing."""
        if node is None or _nothing(node):
            return ""
        if not isinstance(node, yaml.ScalarNode):
            self.error(node, f"{what} must be a text")
            return ""
        return str(node.value)

    def names(self, node: yaml.Node | None, what: str) -> tuple[str, ...]:
        """Return one word, or a list of words."""
        if isinstance(node, yaml.ScalarNode):
            return (self.text(node, what),) if not _nothing(node) else ()
        return tuple(self.text(one, what) for one in self.items(node, what))

    def number(self, node: yaml.Node | None, what: str, default: float) -> float:
        """Return a number, or the default for nothing."""
        if node is None or _nothing(node):
            return default
        value = json(node)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.error(node, f"{what} must be a number")
            return default
        return float(value)

    def flag(self, node: yaml.Node | None, what: str, default: bool) -> bool:
        """Return true or false, or the default for nothing."""
        if node is None or _nothing(node):
            return default
        value = json(node)
        if not isinstance(value, bool):
            self.error(node, f"{what} must be true or false")
            return default
        return value

    def _bounded(self, root: yaml.Node) -> bool:
        stack: list[tuple[yaml.Node, int]] = [(root, 0)]
        while stack:
            node, depth = stack.pop()
            self._visits += 1
            if depth > DEEPEST or self._visits > VISITS:
                self.error(root, "The file is too deep or too large", "Use no aliases that repeat other aliases.")
                return False
            stack.extend((child, depth + 1) for child in _children(node))
        return True


def json(node: yaml.Node | None) -> Json:
    """Return a node as plain JSON; an unknown tag is its text."""
    if node is None:
        return None
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): json(value) for key, value in node.value if isinstance(key, yaml.ScalarNode)}
    if isinstance(node, yaml.SequenceNode):
        return [json(value) for value in node.value]
    return _scalar(cast("yaml.ScalarNode", node))


def _scalar(node: yaml.ScalarNode) -> Any:
    kind, text = node.tag.rpartition(":")[2], str(node.value)
    try:
        match kind:
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int":
                return int(text)
            case "float":
                return float(text)
            case _:
                return text
    except ValueError:
        return text


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _nothing(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag.endswith(":null")
