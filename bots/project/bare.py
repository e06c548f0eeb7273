"""Sentences without a domain, which `rasa train nlu` takes: enough to understand, not to answer. For measuring."""

import re
from collections.abc import Mapping

import msgspec
import yaml

from bots.project.faults import Faults
from bots.project.model import Json, Nlu
from bots.project.nodes import File
from bots.project.training import Sentences

DOMAIN = "domain.yml"
_INTENTS = re.compile(r"^intents\s*:", re.MULTILINE)


def with_domain(files: Mapping[str, str]) -> dict[str, str]:
    """Return the files; where none names intents, with a domain of those that the sentences have."""
    if any(_INTENTS.search(text) for text in files.values()) or DOMAIN in files:
        return dict(files)
    faults, found = Faults(), Sentences()
    for name, text in sorted(files.items()):
        file = File(name, faults)
        root = file.root(text)
        for key, _, node in file.pairs(root, name) if isinstance(root, yaml.Node) else ():
            if key == "nlu":
                found.read(file, node)
    return {**files, DOMAIN: msgspec.json.encode(_domain(found.all)).decode()}


def _domain(nlu: Nlu) -> dict[str, Json]:
    names = {example.intent for example in nlu.examples}
    entities = {span.entity for example in nlu.examples for span in example.spans} | {one.entity for one in nlu.lookups}
    return {
        "version": "3.1", "intents": sorted({name.partition("/")[0] for name in names}), "entities": sorted(entities),
        "responses": {f"utter_{name}": [{"text": name}] for name in sorted(names) if "/" in name},
    }  # fmt: skip
