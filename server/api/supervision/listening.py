"""Listening in on a conversation without taking part, and whispering to the colleague who has it."""

from datetime import timedelta
from typing import Annotated

from msgspec import Meta, Struct

from accounts.audit import Change, Entry
from conversations.model import Message, State
from conversations.whispers import LONGEST
from server.api.accounts.shown import act_of
from server.api.contract import Call, Rate, Routes
from server.api.seen import author, seen, shown
from server.api.supervision.scope import SUPERVISE

routes = Routes("supervision")
OFTEN = Rate(times=120, per=timedelta(minutes=1))


class Listening(Struct, frozen=True, kw_only=True):
    """Whether the colleague sees that somebody listens in: the house's setting `listening_shown`."""

    shown: bool


class Whisper(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A word to the colleague `to`, who has the conversation. The same `client_id` again is the same word."""

    client_id: Annotated[str, Meta(min_length=1, max_length=64)]
    to: Annotated[str, Meta(min_length=1, max_length=64)]
    text: Annotated[str, Meta(min_length=1, max_length=LONGEST)]


@routes.post("/conversations/{id}/listen", permission=SUPERVISE, rate=OFTEN)
async def listen_in(call: Call, id: str) -> Listening:
    """Write down that this supervisor listens in on a conversation of their teams; nothing of it changes."""
    conversation = await seen(call, id)
    whose = conversation.agent if conversation.state is State.AGENT else None
    entry = Entry(action="conversation.listened", target=id, changes=(Change(field="agent", after=whose),))
    await call.hub.accounts.audit.commit(act_of(call), entry)
    return Listening(shown=call.hub.settings.listening_shown)


@routes.post("/conversations/{id}/whisper", permission=SUPERVISE, status=201)
async def whisper(call: Call, id: str, body: Whisper) -> Message:
    """Say something to the colleague who has it, and to nobody else; it cannot leave the house."""
    await seen(call, id)
    said = await call.hub.talks.whispers.whisper(id, author(call), to=body.to, text=body.text, client_id=body.client_id)
    return shown(said)
