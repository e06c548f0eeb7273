"""What the desk writes on a conversation: by when something is owed, so that lists can count down and sort by it."""

from msgspec import structs

from conversations.model import Conversation, Due


def owed(conversation: Conversation, due: Due | None) -> Conversation:
    """Return the conversation with this deadline, or with none."""
    return structs.replace(conversation, due=due, due_at=due.at if due else None)
