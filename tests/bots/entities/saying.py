"""What a bot that wants these entities finds in a sentence. It is Tuesday, 1 December 2026, ten o'clock in Shanghai."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import json

from bots.nlu.entities import Extractor
from bots.nlu.parse import Entity as Found
from bots.project.model import Config, Entity, Place, Project

AT = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
HERE = Place("domain.yml", 1)
OWN = "kind | sentence | value"


def project(*kinds: str, language: str = "zh", **more: Any) -> Project:
    """Return a bot whose domain names these entities."""
    config = Config(language=language, yizhan=more.pop("yizhan", {}))
    named = {kind: Entity(name=kind, place=HERE) for kind in kinds}
    return Project(files={}, config=config, entities=named, **more)


@cache
def extractor(*kinds: str, language: str = "zh") -> Extractor:
    """Return the extractor of such a bot."""
    return Extractor(project(*kinds, language=language), None)


def found(kind: str, text: str, language: str = "zh") -> tuple[Found, ...]:
    """Return the entities of one kind that a bot which wants only them finds."""
    return extractor(kind, language=language).extract(text, AT)


def rows(name: str) -> list[tuple[str, str, Any]]:
    """Return the rows of a table: kind, sentence, value (None: nothing)."""
    lines = Path(__file__).with_name(name).read_text("utf-8").splitlines()
    told = [line.split(" | ", 2) for line in lines if line and not line.startswith("#")]
    return [(kind, text, json.decode(value)) for kind, text, value in told]


def value(kind: str, text: str) -> Any:
    """Return the value found; None for nothing, all of them in a list when there are more."""
    values = [one.value for one in found(kind, text)]
    return values[0] if len(values) == 1 else values or None
