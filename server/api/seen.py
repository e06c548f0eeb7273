"""What a colleague may see of conversations, and who they are in them: asked by every route about one."""

from msgspec import structs

from conversations.model import CONVERSATIONS, Author, AuthorKind, Conversation, Message
from conversations.views import may_see
from hub.errors import NotFound
from server.api.contract import Call


async def seen(call: Call, id: str) -> Conversation:
    """Return the conversation; raises `NotFound` also for one that is not for these eyes."""
    conversation = await call.hub.store.get(CONVERSATIONS, id)
    if conversation is None or not may_see(call.actor, conversation):
        raise NotFound("No such conversation", conversation=id)
    return conversation


def author(call: Call) -> Author:
    """Return who asks, as the writer of a message."""
    return Author(kind=AuthorKind.AGENT, id=call.actor.user, name=call.actor.name)


def shown(message: Message) -> Message:
    """Return a message as people see it: without the words that only search needs."""
    return structs.replace(message, terms=())
