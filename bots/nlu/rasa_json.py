"""A parsed sentence as the JSON that Rasa's `/model/parse` answers with. Pure.

Source: rasa 3.6, `rasa/nlu/selectors/response_selector.py` (`default`, `all_retrieval_intents`, `ranking`), and an
observed answer (facts/bots, section 4).
"""

from collections.abc import Sequence

import msgspec

from bots.nlu.parse import Parse, Selected
from bots.project.model import Json, Project

DEFAULT = "default"
"""What Rasa calls the selector over all retrieval intents."""


def told(parse: Parse, project: Project) -> dict[str, Json]:
    """Return the answer; `why` is ours and stands beside Rasa's fields."""
    found: dict[str, Json] = msgspec.to_builtins(parse)
    found["response_selector"] = _selectors(parse, project)
    return found


def _selectors(parse: Parse, project: Project) -> dict[str, Json]:
    chosen = parse.response_selector
    if not chosen:
        return {"all_retrieval_intents": []}
    first = next((one.name for one in parse.intent_ranking if one.name in chosen), next(iter(chosen)))
    named = {DEFAULT: chosen[first or ""], **chosen}
    return {
        "all_retrieval_intents": sorted(chosen),
        **{name: _selector(found, project) for name, found in named.items()},
    }


def _selector(found: Sequence[Selected], project: Project) -> dict[str, Json]:
    responses = project.domain.get("responses")
    texts = responses.get(found[0].utter_action, []) if isinstance(responses, dict) else []
    best: dict[str, Json] = {"responses": texts, **msgspec.to_builtins(found[0])}
    ranking = [{"confidence": one.confidence, "intent_response_key": one.intent_response_key} for one in found]
    return {"response": best, "ranking": ranking}
