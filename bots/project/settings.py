"""`config.yml` and `endpoints.yml`: what of them means something here, what is unsupported."""

from typing import Any

import yaml
from msgspec import Struct, structs

from bots.project.model import Config
from bots.project.nodes import File, json

UNSUPPORTED = {
    "TEDPolicy": "stories are followed to the letter, by memory",
    "UnexpecTEDIntentPolicy": "no intent is taken for unexpected",
    "SklearnPolicy": "stories are followed to the letter, by memory",
    "KerasPolicy": "stories are followed to the letter, by memory",
    "EmbeddingPolicy": "stories are followed to the letter, by memory",
}
"""Learned policies of Rasa, and what this engine does instead."""
KNOWN_POLICIES = {"MemoizationPolicy", "AugmentedMemoizationPolicy", "RulePolicy"}
SECTIONS = frozenset({"recipe", "assistant_id", "language", "pipeline", "policies", "spaces", "importers"})


class Options(Struct, frozen=True, kw_only=True):
    """One component or policy with its options."""

    name: str
    options: dict[str, Any]


def read(file: File, entries: dict[str, yaml.Node], config: Config) -> Config:
    """Take the pipeline and policies of a config file."""
    language = file.text(entries.get("language"), "language") or config.language
    config = structs.replace(config, language=language)
    for one, _ in _components(file, entries.get("pipeline"), "pipeline"):
        if one.name == "FallbackClassifier":
            threshold = _number(one, "threshold", 0.3)
            config = structs.replace(config, fallback=threshold, ambiguity=_number(one, "ambiguity_threshold", 0.1))
    policies = _components(file, entries.get("policies"), "policies")
    return _policies(file, policies, config) if policies else config


def _policies(file: File, found: list[tuple[Options, yaml.Node]], config: Config) -> Config:
    names = {one.name for one, _ in found}
    history = None
    for one, node in found:
        if one.name in UNSUPPORTED:
            file.warning(node, f"{one.name} is not supported", f"Instead {UNSUPPORTED[one.name]}.")
        elif one.name not in KNOWN_POLICIES:
            file.warning(node, f"The policy {one.name} is not known and is read over")
        elif one.name != "RulePolicy":
            history = int(_number(one, "max_history", 5))
        else:
            config = structs.replace(
                config, core_fallback=_number(one, "core_fallback_threshold", 0.3),
                core_fallback_action=str(one.options.get("core_fallback_action_name", "action_default_fallback")),
            )  # fmt: skip
    if not names & KNOWN_POLICIES:
        file.error(found[0][1], "None of these policies is supported", "Add RulePolicy and MemoizationPolicy.")
    return structs.replace(config, rules="RulePolicy" in names, max_history=history)


def _components(file: File, node: yaml.Node | None, what: str) -> list[tuple[Options, yaml.Node]]:
    found: list[tuple[Options, yaml.Node]] = []
    for item in file.items(node, what):
        told = json(item)
        name = told.get("name") if isinstance(told, dict) else told
        if not isinstance(name, str):
            file.error(item, f"An entry of {what} has no name")
            continue
        options = {key: value for key, value in told.items() if key != "name"} if isinstance(told, dict) else {}
        found.append((Options(name=name.rpartition(".")[2], options=options), item))
    return found


def _number(one: Options, name: str, default: float) -> float:
    value = one.options.get(name, default)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else default


def endpoint(file: File, node: yaml.Node) -> str:
    """Return the address of the action server; raises nothing, an address that is none is a fault."""
    url = ""
    for name, value in file.pairs_of(node, "action_endpoint"):
        if name == "url":
            url = file.text(value, "url")
    if url and not url.startswith(("http://", "https://")):
        file.error(node, f"The address {url!r} is not one", "Begin it with http:// or https://.")
        return ""
    return url
