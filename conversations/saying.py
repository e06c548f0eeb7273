"""The ONE door out: what is said to a customer is message, conversation and delivery job in one commit, or nothing.

    parts -> rendering (as the channel carries them, in as many messages as it takes)
          -> windows (one unit each, from the grant that ends soonest)
          -> messages QUEUED + delivery jobs in lane out:{conversation}

Whatever stands against it is raised before the change is touched.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import structs

from conversations.change import Change
from conversations.limits import Limit, Limits, tag_of, window
from conversations.mails import Letter, letter
from conversations.model import Author, AuthorKind, Conversation, Direction, Message
from conversations.rendering import Rendered, preview
from conversations.windows import Grants, Spent, soonest, spent, under
from hub.errors import WindowClosed, WrongMove
from hub.model import Outbound, Status
from hub.model.parts import Part
from hub.outbox import delivery


def say(
    change: Change, *, author: Author, parts: tuple[Part, ...], client_id: str, at: datetime, limits: Limits,
    answers: Message | None = None, mentions: tuple[str, ...] = (), mail: Letter | None = None,
    purpose: Literal["service", "marketing"] = "service",
) -> tuple[Message, ...]:  # fmt: skip
    """Add what is said to the customer to the change, with the jobs that deliver it; return the messages.

    Raises `Unsupported` for what the channel cannot carry, `WindowClosed` when the provider lets nobody write now, and
    `WrongMove` when the conversation is closed.
    """
    now = change.now
    if not now.live:
        raise WrongMove("The conversation is closed", conversation=now.id, now=now.state)
    limit = limits.of(now, at)
    rendered = preview(parts, limit, channel=now.address.channel, language=now.language, links=limits.links)
    windows, units = paid(now, limit, rendered, at)
    change.now = structs.replace(now, windows=windows)
    outside = (mail or letter(answers, topic=now.subject)) if limit.mail else None
    said: list[Message] = []
    for number, (one, unit) in enumerate(zip(rendered, units, strict=True), 1):
        message = change.add(
            author, one.parts, direction=Direction.OUT, at=at, status=Status.QUEUED,
            client_id=client_id if number == 1 else f"{client_id}/{number}",
            reply_to=answers.id if answers else "", mentions=mentions if number == 1 else (),
            automatic=author.kind is not AuthorKind.AGENT, purpose=purpose, degraded=one.degraded, spent=unit,
            subject=outside.subject if outside else "", envelope=outside.envelope if outside else None,
        )  # fmt: skip
        change.also(delivery(outbound(now, message, answers), at=at))
        said.append(message)
    return tuple(said)


def outbound(conversation: Conversation, message: Message, answers: Message | None = None) -> Outbound:
    """Return the message as the outbox hands it to an adapter."""
    return Outbound(
        id=message.id,
        inbox=message.inbox,
        to=conversation.address,
        parts=message.parts,
        conversation=message.conversation,
        seq=message.seq,
        author=message.author.name,
        reply_to=(answers.provider_id or "") if answers else "",
        subject=message.subject,
        envelope=message.envelope,
        automatic=message.automatic,
        purpose=message.purpose,
        facts=_facts(conversation, message),
    )


def _facts(conversation: Conversation, message: Message) -> dict[str, str]:
    """Return what the adapter may want to know besides: a mail is signed as its team signs."""
    if message.envelope is None or conversation.team is None:
        return conversation.facts
    return {**conversation.facts, "team": conversation.team}


def paid(
    conversation: Conversation, limit: Limit, messages: Sequence[Rendered], at: datetime
) -> tuple[Grants, list[Spent | None]]:
    """Return the ledger after all these messages, and the grant each leaves under; raises `WindowClosed`.

    A message whose every part the provider takes at any time (a template) needs none.
    """
    windows = conversation.windows
    units: list[Spent | None] = []
    for message in messages:
        if not limit.windows or all(tag_of(part) in limit.outside for part in message.parts):
            units.append(None)
            continue
        grant = soonest(windows, at)
        if grant is None:
            raise _closed(conversation, limit, len(messages), at)
        windows = spent(windows, grant)
        units.append(under(grant))
    return windows, units


def _closed(conversation: Conversation, limit: Limit, needed: int, at: datetime) -> WindowClosed:
    now = window(conversation, limit, at)
    ends = [grant.until for grant in conversation.windows]
    hint = "Wait until the customer writes"
    return WindowClosed(
        "The provider does not let us write now", channel=conversation.address.channel, needed=needed, left=now.left,
        until=max(ends).isoformat() if ends else "",
        hint=f"{hint}, or send {', '.join(sorted(limit.outside))}." if limit.outside else f"{hint}.",
    )  # fmt: skip
