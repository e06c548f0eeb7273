"""What understanding gives back, in the words of Rasa's `/model/parse`. Pure data.

Source of the shape: rasa 3.6, `rasa/shared/nlu/constants.py` and an observed answer (facts/bots, section 4).
"""

from typing import Any

from msgspec import Struct, field

FALLBACK = "nlu_fallback"
"""The intent of a sentence that is none of the bot's."""


class Meant(Struct, frozen=True, kw_only=True):
    """An intent and how sure that is, 0 to 1. A retrieval intent is named without its second half."""

    name: str | None
    confidence: float


class Entity(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something named in the text: code points [start, end). `value` is normalised, a text or a JSON value.

    `extractor` says who found it; `processors` who changed its value; `extra` holds what an extractor adds
    (`{"grain": "day"}`).
    """

    entity: str
    start: int
    end: int
    value: Any
    extractor: str = field(default="")
    confidence_entity: float = field(default=1.0)
    role: str | None = None
    group: str | None = None
    processors: tuple[str, ...] = ()
    additional_info: dict[str, Any] = {}


class Selected(Struct, frozen=True, kw_only=True):
    """What the response selector chose: `faq/opening_hours`, which `utter_faq/opening_hours` says."""

    intent_response_key: str
    confidence: float
    utter_action: str


class Why(Struct, frozen=True, kw_only=True):
    """Why it was understood so, for the console: which step decided, the nearest example, the scores it weighed."""

    step: str = ""
    """payload | exact | linear | encoder | fallback"""
    nearest: str = ""
    nearness: float = 0.0
    score: float = 0.0
    threshold: float = 0.0


class Parse(Struct, frozen=True, kw_only=True):
    """One sentence, understood."""

    text: str
    intent: Meant
    entities: tuple[Entity, ...] = ()
    intent_ranking: tuple[Meant, ...] = ()
    """At most ten, surest first."""
    text_tokens: tuple[tuple[int, int], ...] = ()
    response_selector: dict[str, tuple[Selected, ...]] = {}
    """By retrieval intent; surest first."""
    why: Why = Why()
