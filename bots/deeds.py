"""What a bot wants, done: every reaction of one answer gathered in one change of the conversation, for one commit."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from msgspec import structs

from bots.contract import Answer, Ask, Attribute, Forget, Handoff, Label, Remind, Say, Silence
from bots.handover import after, hand_over
from bots.memory import MEMORIES, Memory
from bots.reminders import forgotten, reminded, silenced
from conversations.acts import MOST_LABELS
from conversations.change import Change
from conversations.identity import FIELDS, learn
from conversations.labels import fits
from conversations.limits import Limits
from conversations.mails import Letter
from conversations.model import PROFILES, Author, Profile
from conversations.saying import say
from hub.errors import Refused, Unsupported
from hub.model import Choices, Part, Sender
from hub.store.port import Insert, Store, put

NAME, LINE, VALUE = 64, 128, 2000
"""Characters of an attribute: of its name, of what fills a field of the profile, of any other value."""

_log = structlog.get_logger(__name__)


class Unheard(Exception):
    """The channel does not take what the bot says of its own accord; nothing of the turn happens."""


class Deeds:
    """The doings of one turn. `tag` begins the client ids of what is said, so that a turn that runs again is the same.

    `mail` is the outside of what is said by mail. `proactive`: nobody asked, so nobody is called when it cannot be
    said. `ringing` is the reminder whose turn it is.
    """

    def __init__(
        self, store: Store, limits: Limits, *, change: Change, author: Author, memory: Memory, profile: Profile | None,
        tag: str, at: datetime, mail: Letter | None = None, proactive: bool = False, ringing: str = "",
    ) -> None:  # fmt: skip
        self._store = store
        self._limits = limits
        self._change = change
        self._author = author
        self._memory = memory
        self._profile = profile
        self._known = profile
        self._tag = tag
        self._at = at
        self._mail = mail
        self._proactive = proactive
        self._ringing = ringing

    async def do(self, answer: Answer, read: Memory | None) -> None:
        """Do everything, and remember; `read` is the memory's row as the store has it. Raises `Unheard`."""
        slots = self._memory.slots if answer.slots is None else answer.slots
        self._memory = structs.replace(self._memory, values=answer.memory, slots=slots, offered=())
        for number, reaction in enumerate(answer.reactions):
            match reaction:
                case Say(parts=parts):
                    heard = self._say(parts, number)
                case Ask(body=body, choices=choices):
                    heard = self._say((Choices(body=body, choices=choices),), number)
                    self._memory = structs.replace(self._memory, offered=choices)
                case Handoff():
                    await self._hand_over(reaction)
                    break
                case other:
                    heard = True
                    self._note_down(other)
            if not heard:
                await self._hand_over(Handoff(reason="refused"))
                break
        await self._keep(read)

    def _note_down(self, reaction: Silence | Label | Attribute | Remind | Forget) -> None:
        match reaction:
            case Silence():
                pass
            case Label(names=names):
                self._label(names)
            case Attribute():
                self._learn(reaction)
            case Remind():
                self._memory, jobs = reminded(self._memory, reaction, self._change.now, self._at)
                self._change.also(*jobs)
            case Forget():
                self._memory = forgotten(self._memory, reaction)

    def _say(self, parts: Sequence[Part], number: int) -> bool:
        """Say it, or return False when the channel does not let the bot: a person finds another way."""
        if not parts:
            return True
        try:
            say(
                self._change, author=self._author, parts=tuple(parts), client_id=f"{self._tag}:{number}", at=self._at,
                limits=self._limits, mail=self._mail,
            )  # fmt: skip
        except (Refused, Unsupported) as error:
            _log.warning("bot_not_heard", conversation=self._change.now.id, reason=error.code)
            if self._proactive:
                raise Unheard from error
            return False
        return True

    async def _hand_over(self, handoff: Handoff) -> None:
        slots = self._memory.slots
        await hand_over(self._store, self._change, self._author, handoff, self._at, slots=slots)
        self._memory = after(self._memory, handoff)

    def _label(self, names: Sequence[str]) -> None:
        now = self._change.now
        fresh = [name for name in dict.fromkeys(names) if name not in now.labels and fits(name)]
        added = fresh[: MOST_LABELS - len(now.labels)]
        if len(added) < len(set(names) - set(now.labels)):
            _log.warning("bot_labels_refused", conversation=now.id, given=len(names), taken=len(added))
        if added:
            self._change.now = structs.replace(now, labels=(*now.labels, *added))
            self._change.note(self._author, "labelled", at=self._at, added=", ".join(added), removed="")

    def _learn(self, wish: Attribute) -> None:
        if self._profile is None or not wish.name or len(wish.name) > NAME:
            _log.warning("bot_attribute_refused", conversation=self._change.now.id)
            return
        told = {wish.name: wish.value[: LINE if wish.name in FIELDS else VALUE]}
        self._profile = learn(self._profile, Sender(attributes=told))
        self._change.rename(self._profile.name)

    async def _keep(self, read: Memory | None) -> None:
        self._change.also(*await silenced(self._store, read, self._memory, ringing=self._ringing))
        if self._known is not None and self._profile is not None and self._profile != self._known:
            self._change.also(put(PROFILES, self._known, self._profile))
        self._change.also(Insert(MEMORIES, self._memory) if read is None else put(MEMORIES, read, self._memory))
