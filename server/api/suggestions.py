"""What the bot would say, for the colleague who answers."""

from accounts.permissions import Permission
from bots.suggestions import Suggested, Suggestions
from server.api.contract import Call, Routes
from server.api.seen import seen

routes = Routes("conversations")


@routes.get("/conversations/{id}/suggestions", permission=Permission.CONVERSATIONS_REPLY)
async def list_suggestions(call: Call, id: str) -> Suggested:
    """Say what the inbox's bot would answer to the customer's last message; nothing is sent, stored or changed."""
    conversation = await seen(call, id)
    return await Suggestions(call.hub.store, call.hub.bots).of(conversation, call.at)
