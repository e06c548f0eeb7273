"""What an inbox says to who follows, enters or scans: once each time, and never into a queue. Pure."""

from datetime import datetime

import structlog
from msgspec import structs

from conversations.change import Change
from conversations.inboxes import Inbox
from conversations.limits import Limits
from conversations.model import Conversation, Profile
from conversations.moves import close
from conversations.saying import say
from conversations.snoozes import SYSTEM
from conversations.threads import start
from conversations.windows import Rule, opened
from hub.errors import Refused, Unsupported
from hub.model import Signal, Text

log = structlog.get_logger(__name__)

WELCOMED = frozenset({"follow", "enter", "scan"})
"""Signals of somebody who arrives."""
ONCE = frozenset({"welcome_code"})
"""Facts that are good for one message only."""


def client_id(signal: Signal) -> str:
    """Return the id that makes the welcome to one arrival one message."""
    return f"welcome:{signal.provider_id}"


def welcomed(
    known: Conversation | None, signal: Signal, profile: Profile, inbox: Inbox, limits: Limits, at: datetime
) -> Change | None:
    """Return the change that bids them welcome, or None when it cannot be said now.

    With no conversation open, one is made that begins and ends with the welcome, so that nobody is asked to answer it.
    """
    open_one = known if known is not None and known.live else None
    base = open_one or start(inbox.id, inbox, profile, before=known, at=at)
    change = Change(open_one, noticed(base, signal, limits.on(signal.sender.channel).windows, at))
    words = (Text(body=inbox.welcome),)
    try:
        say(change, author=SYSTEM, parts=words, client_id=client_id(signal), at=at, limits=limits)
    except (Refused, Unsupported) as error:
        log.info("welcome_not_said", inbox=inbox.id, reason=error.code)
        return None
    change.now = without_codes(change.now)
    if open_one is None:
        change.now = close(change.now, at=at)
    return change


def noticed(conversation: Conversation, signal: Signal, rules: tuple[Rule, ...], at: datetime) -> Conversation:
    """Return the conversation with the windows a signal opens (none stays open for who unfollows), and its facts."""
    windows = conversation.windows
    if signal.name == "unfollow":
        windows = ()
    elif signal.window and rules:
        windows = opened(windows, rules, signal.window, since=signal.sent_at, at=at)
    facts = {**_lasting(conversation.facts), **signal.facts} if signal.facts else conversation.facts
    if windows == conversation.windows and facts == conversation.facts:
        return conversation
    return structs.replace(conversation, windows=windows, facts=facts)


def without_codes(conversation: Conversation) -> Conversation:
    """Return the conversation without the facts that were good only once."""
    if ONCE.isdisjoint(conversation.facts):
        return conversation
    facts = {name: fact for name, fact in conversation.facts.items() if name not in ONCE}
    return structs.replace(conversation, facts=facts)


def _lasting(facts: dict[str, str]) -> dict[str, str]:
    """Return what outlives the next signal: the conversation that this one follows."""
    return {name: fact for name, fact in facts.items() if name == "follows"}
