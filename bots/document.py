"""YAML as its 1.2 core schema has it: "No", "on" and "1:30" are words, not truth values and sexagesimals."""

import re
from typing import cast

import yaml


class Words(yaml.SafeLoader):
    """A safe loader whose plain scalars are booleans only when they read true or false."""


Words.yaml_implicit_resolvers = {
    first: [
        (tag, pattern) for tag, pattern in resolvers if tag in ("tag:yaml.org,2002:null", "tag:yaml.org,2002:merge")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    ("float", r"^[-+]?[0-9]*\.[0-9]+(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
):
    Words.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def parse(text: str) -> object:
    """Read one document; raises `yaml.MarkedYAMLError` with line and column."""
    return cast("object", yaml.load(text, Loader=Words))  # noqa: S506 - a SafeLoader, only with fewer surprises
