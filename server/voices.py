"""How a team signs: adapters are told its name, where the conversation knows its id."""

from msgspec import structs

from accounts.teams import TEAMS
from hub.model import Outbound
from hub.store.port import Store


async def with_team(store: Store, message: Outbound) -> Outbound:
    """Return the message with the team's name in its facts; as it was when no team is told."""
    team = message.facts.get("team", "")
    if not team:
        return message
    return structs.replace(message, facts={**message.facts, "team": await name_of(store, team)})


async def name_of(store: Store, team: str | None) -> str:
    """Return the name of a team, or nothing."""
    found = await store.get(TEAMS, team) if team else None
    return found.name if found else ""
