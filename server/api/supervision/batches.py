"""Moving many conversations at once: one request, an outcome for each, and how far it has come."""

from collections import Counter
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from accounts.audit import Change, Entry
from accounts.changes import changed
from accounts.teams import TEAMS
from accounts.users import USERS
from hub.errors import Invalid
from routing.batches import Batch, Closing, Fate, Goal, Piece, Ranking, ToAgent, ToBot, ToTeam
from routing.batching import MOST
from server.api.accounts.shown import act_of
from server.api.contract import Call, Routes
from server.api.seen import author
from server.api.supervision.scope import SUPERVISE, answers

routes = Routes("supervision")
Id = Annotated[str, Meta(min_length=1, max_length=64)]


class Moves(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do with which conversations. The same `key` again is the same request, however often it is sent."""

    key: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{8,64}$")]
    conversations: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=MOST)]
    goal: ToTeam | ToAgent | ToBot | Closing | Ranking


class PieceShown(Struct, frozen=True, kw_only=True):
    """What became of one conversation; `code` and `why` tell of a refusal."""

    conversation: str
    name: str
    fate: Fate
    code: str
    why: str


class BatchShown(Struct, frozen=True, kw_only=True):
    """How far it has come: `over` when nothing of it waits. The items stand in the order of the work, oldest first."""

    key: str
    at: datetime
    goal: ToTeam | ToAgent | ToBot | Closing | Ranking
    total: int
    waiting: int
    done: int
    unchanged: int
    refused: int
    over: bool
    items: tuple[PieceShown, ...]


@routes.post("/supervision/batches", permission=SUPERVISE, status=202)
async def move_many(call: Call, body: Moves) -> BatchShown:
    """Move up to 500 conversations; durable when answered, the work goes on behind."""
    await _check(call, body.goal)
    named = tuple(dict.fromkeys(body.conversations))
    asked = Batch(
        id=f"{call.actor.user}:{body.key}", by=author(call), teams=call.actor.teams, sees_all=call.actor.sees_all,
        goal=body.goal, named=named, at=call.at,
    )  # fmt: skip
    batch = await call.hub.batches.begin(asked)
    if batch is asked:
        told = (*changed(None, body.goal), Change(field="conversations", after=str(len(named))))
        await call.hub.accounts.audit.commit(
            act_of(call), Entry(action="conversations.moved", target=body.key, changes=told)
        )
    return await _shown(call, body.key)


@routes.get("/supervision/batches/{key}", permission=SUPERVISE)
async def how_far(call: Call, key: str) -> BatchShown:
    """Say how far one's own request has come, and what became of each conversation; kept for a week."""
    return await _shown(call, key)


async def _shown(call: Call, key: str) -> BatchShown:
    batch, pieces = await call.hub.batches.found(f"{call.actor.user}:{key}")
    fates = Counter(piece.fate for piece in pieces)
    return BatchShown(
        key=key, at=batch.at, goal=batch.goal, total=len(pieces), waiting=fates[Fate.WAITING], done=fates[Fate.DONE],
        unchanged=fates[Fate.UNCHANGED], refused=fates[Fate.REFUSED], over=not fates[Fate.WAITING],
        items=tuple(map(_piece, pieces)),
    )  # fmt: skip


def _piece(piece: Piece) -> PieceShown:
    return PieceShown(conversation=piece.conversation, name=piece.name, fate=piece.fate, code=piece.code, why=piece.why)


async def _check(call: Call, goal: Goal) -> None:
    """Return quietly when there is such a team, or such a colleague who answers; raises `Invalid`."""
    match goal:
        case ToTeam(team=team) if await call.hub.store.get(TEAMS, team) is None:
            raise Invalid("There is no such team", path="$.goal.team")
        case ToAgent(agent=agent):
            user = await call.hub.store.get(USERS, agent)
            if user is None or not answers(user):
                raise Invalid("There is no such colleague who answers customers", path="$.goal.agent")
        case _:
            return
