"""What becomes of a customer whom a queue does not keep: told to them, and in the thread, and never lost.

message, call_back  stays in the queue as work that nobody waits for, below everything else, until its bound
bot                 the inbox's bot has the turn again; without a bot it is a message
self_service        the words of the queue are said and the bot has the turn; without a bot it is a message
"""

from datetime import datetime

import structlog
from msgspec import structs

from conversations.change import Change
from conversations.inboxes import INBOXES
from conversations.limits import Limits
from conversations.moves import to_bot
from conversations.saying import say
from conversations.snoozes import SYSTEM
from hub.errors import Refused, Unsupported, WrongMove
from hub.model import Text
from hub.store.port import Store
from routing.decisions import decided
from routing.model import Outcome
from routing.policy.queues import Ending
from routing.settings import QueueTerms
from routing.wording import ending_words

log = structlog.get_logger(__name__)


class Endings:
    """Applies them to a change. Without `limits` nobody is told: a process that only counts."""

    def __init__(self, store: Store, limits: Limits | None) -> None:
        self._store = store
        self._limits = limits

    async def apply(self, change: Change, ending: Ending, why: str, terms: QueueTerms, at: datetime) -> None:
        """Do it, say it, and write down why: `closed`, `full`, `overflow`, or that the customer `asked`."""
        read = change.now
        inbox = await self._store.get(INBOXES, read.inbox)
        bot = inbox.bot if inbox is not None else None
        words = terms.self_service if ending is Ending.SELF_SERVICE else ""
        came = ending if bot or ending in (Ending.MESSAGE, Ending.CALL_BACK) else Ending.MESSAGE
        change.also(decided(read, Outcome.DEFERRED, at=at, why=why, ending=came))
        change.note(SYSTEM, f"queue_{why}", at=at, ending=came)
        self._tell(change, words or ending_words(came, why, read.language), why, at)
        if bot and came in (Ending.BOT, Ending.SELF_SERVICE):
            change.now = to_bot(change.now, bot, at=at)
            return
        deferred = "call_back" if came is Ending.CALL_BACK else "message"
        wish = "call_back" if came is Ending.CALL_BACK else change.now.wants.wish
        wants = structs.replace(change.now.wants, deferred=deferred, wish=wish)
        change.now = structs.replace(change.now, wants=wants, lane="", kept_for=None)

    def _tell(self, change: Change, words: str, why: str, at: datetime) -> None:
        if self._limits is None or not words:
            return
        client_id = f"queue:{why}:{change.now.id}:{change.now.seq}"[:128]
        try:
            say(change, author=SYSTEM, parts=(Text(body=words),), client_id=client_id, at=at, limits=self._limits)
        except (Refused, Unsupported, WrongMove) as error:
            log.info("ending_not_said", inbox=change.now.inbox, reason=error.code)
