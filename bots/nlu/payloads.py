"""What a button says: `/intent{"entity": "value"}` is understood as written (Rasa's RegexMessageHandler). Pure."""

import re
from collections.abc import Container

import msgspec

from bots.nlu.parse import Entity, Meant, Parse, Why

_PAYLOAD = re.compile(r"\s*/([^\s{@]+)(?:@[0-9.]+)?\s*(\{.*\})?\s*$", re.DOTALL)


def read(text: str, intents: Container[str]) -> Parse | None:
    """Return what a payload means, or None when the text is none or names an intent nobody knows."""
    found = _PAYLOAD.match(text)
    if found is None or found[1].partition("/")[0] not in intents:
        return None
    told = _entities(found[2])
    if told is None:
        return None
    start = found.start(2)
    entities = tuple(
        Entity(entity=name, start=start, end=found.end(2), value=value, extractor="RegexMessageHandler")
        for name, given in told.items()
        for value in (given if isinstance(given, list) else [given])
    )
    meant = Meant(name=found[1].partition("/")[0], confidence=1.0)
    return Parse(
        text=text, intent=meant, entities=entities, intent_ranking=(meant,), why=Why(step="payload", score=1.0)
    )


def _entities(text: str | None) -> dict[str, object] | None:
    try:
        return msgspec.json.decode(text or "{}", type=dict[str, object])
    except ValueError:
        return None
