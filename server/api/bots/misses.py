"""What bots did not understand: the list, teaching one sentence by one key, and what colleagues correct."""

from datetime import datetime

from accounts.permissions import Permission
from bots.contract import Missed, Ranked
from bots.serving.misses import Found
from bots.serving.rows import Miss, MissState, Why
from bots.serving.teaching import taught
from conversations.model import MESSAGES, Direction
from hub.errors import Invalid, NotFound, WrongMove
from hub.model import plain
from hub.store.port import Eq, Write
from server.api.bots.acts import audited
from server.api.bots.shown import BotId, MeantToBe, MissesAsked, MissesShown, MissSettled, MissShown
from server.api.contract import Call, Routes
from server.api.cursor import mark, place
from server.api.messages import Seq
from server.api.seen import seen

routes = Routes("bots")


@routes.get("/bots/{id}/misses", permission=Permission.BOTS_READ)
async def list_misses(call: Call, id: BotId, query: MissesAsked) -> MissesShown:
    """List sentences that fell back or that colleagues corrected, latest first."""
    if id not in call.hub.bots:
        await call.hub.workshop.versions.bot(id)  # one that never went live, or nobody's
    after = place(query.after, tuple[datetime, str])
    found = await call.hub.workshop.misses.page(id, query.state, limit=query.limit + 1, after=after)
    shown = found[: query.limit]
    more = mark(shown[-1].at, shown[-1].id) if len(found) > len(shown) else None
    return MissesShown(items=tuple(map(_show, shown)), next=more)


@routes.post("/bots/{id}/misses/{miss}", permission=Permission.BOTS_MANAGE)
async def settle_miss(call: Call, id: BotId, miss: str, body: MissSettled) -> MissShown:
    """Make the sentence an example of an intent, in the draft; or ignore it from now on."""
    workshop = call.hub.workshop
    await workshop.versions.working(id)
    row = await workshop.misses.get(id, miss)
    if body.ignore == bool(body.intent):
        raise Invalid("Name an intent, or ignore the sentence", path="$.intent")
    state = MissState.IGNORED if body.ignore else MissState.ASSIGNED
    write = workshop.misses.settled(row, state, intent=body.intent, by=call.actor.user)
    audit = audited(call, "bot.miss_settled", row)
    if body.ignore:
        await audit(write)
        return _show(write.doc)
    draft = await workshop.drafts.get(id)
    if body.intent not in draft.row.intents:
        raise Invalid("The bot has no such intent", path="$.intent", intent=body.intent)

    async def commit(*writes: Write) -> None:
        await audit(write, *writes)

    files = taught(draft.files, body.intent, row.text)
    await workshop.drafts.save(id, draft.row.version, files, by=call.actor.user, at=call.at, commit=commit)
    return _show(write.doc)


@routes.post("/conversations/{id}/messages/{seq}/meant", permission=Permission.CONVERSATIONS_REPLY)
async def correct_bot(call: Call, id: str, seq: Seq, body: MeantToBe) -> MissShown:
    """Say that the bot misunderstood what the customer wrote, and what was meant; the bot's makers see it."""
    conversation = await seen(call, id)
    found = await call.hub.store.find(MESSAGES, Eq("conversation", id), Eq("seq", seq), limit=1)
    if not found or found[0].direction is not Direction.IN:
        raise NotFound("The customer wrote no such message", conversation=id, seq=seq)
    if not conversation.bot:
        raise WrongMove("No bot ever had this conversation", conversation=id)
    ranking = (Ranked(name=body.intent, confidence=1.0),) if body.intent else ()
    missed = Missed(text=plain(found[0].parts), ranking=ranking)
    where = Found(bot=conversation.bot, conversation=id, seq=seq, why=Why.CORRECTED)
    return _show(await call.hub.workshop.misses.correct(where, missed, call.at))


def _show(row: Miss) -> MissShown:
    return MissShown(
        id=row.id, text=row.text, intent=row.intent, confidence=row.confidence, ranking=row.ranking,
        reason=row.reason, state=row.state, conversation=row.conversation, seq=row.seq, at=row.at, times=row.times,
    )  # fmt: skip
