"""How a conversation stands, as far as deadlines care: one look at one version of it. Pure."""

from datetime import datetime

from msgspec import Struct

from conversations.model import Conversation, State


class Standing(Struct, frozen=True, kw_only=True):
    """What it was like `at` that moment, in that `version`.

    `bot`: a bot has the turn. `held`: it waits for somebody outside, such as a supplier. `reopened`: it was closed in
    the version before.
    """

    version: int
    at: datetime
    live: bool
    bot: bool
    held: bool
    waiting_since: datetime | None
    first_reply_at: datetime | None
    opened_at: datetime
    reopened: bool = False


def standing(conversation: Conversation, *, version: int | None = None, reopened: bool = False) -> Standing:
    """Look at a conversation; `version` when it is about to be stored under another."""
    return Standing(
        version=conversation.version if version is None else version,
        at=conversation.changed_at,
        live=conversation.live,
        bot=conversation.state is State.BOT,
        held=bool(conversation.waits_for),
        waiting_since=conversation.waiting_since,
        first_reply_at=conversation.first_reply_at,
        opened_at=conversation.opened_at,
        reopened=reopened,
    )


def alike(one: Standing, two: Standing) -> bool:
    """Say whether deadlines see no difference."""
    return _seen(one) == _seen(two)


def _seen(one: Standing) -> tuple[object, ...]:
    return one.live, one.bot, one.held, one.waiting_since, one.first_reply_at
