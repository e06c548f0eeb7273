"""Other ways to write a value, mapped last. Pure.

As Rasa's EntitySynonymMapper: from the project's synonyms and from what its examples say a piece of text stands for.
Values that a built-in finder normalised stay as they are.
"""

from collections.abc import Mapping

from msgspec import structs

from bots.nlu.entities.folding import fold
from bots.nlu.parse import Entity
from bots.project.model import Project

MAPPER = "EntitySynonymMapper"


def table(project: Project) -> Mapping[str, str]:
    """Return what each folded way of writing stands for; a synonym of its own file counts before an example."""
    found: dict[str, str] = {}
    for example in project.nlu.examples:
        for span in example.spans:
            text = example.text[span.start : span.end]
            if text != span.value:
                found[fold(text).text] = span.value
    for synonym in project.nlu.synonyms:
        found |= {fold(word).text: synonym.value for word in synonym.words}
    return found


def mapped(entity: Entity, synonyms: Mapping[str, str]) -> Entity:
    """Return an entity with the value that its text stands for."""
    if not isinstance(entity.value, str):
        return entity
    value = synonyms.get(fold(entity.value).text)
    if value is None or value == entity.value:
        return entity
    return structs.replace(entity, value=value, processors=(*entity.processors, MAPPER))
