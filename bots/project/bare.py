"""Sentences without a domain, which `rasa train nlu` takes: enough to understand, not to answer. For measuring."""

import re
from collections.abc import Mapping

import msgspec
import yaml

from bots.project.faults import Faults
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
    intents = {example.intent.partition("/")[0] for example in found.all.examples}
    spans = {span.entity for example in found.all.examples for span in example.spans}
    entities = spans | {lookup.entity for lookup in found.all.lookups}
    domain = msgspec.json.encode({"version": "3.1", "intents": sorted(intents), "entities": sorted(entities)})
    return {**files, DOMAIN: domain.decode()}
