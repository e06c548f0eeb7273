"""A customer's word that ends or renews consent: kept, confirmed once, and nothing for anybody to answer."""

from datetime import datetime
from typing import Literal

import structlog

from conversations.change import Change
from conversations.consent import confirmation, told
from conversations.limits import Limits
from conversations.moves import close
from conversations.saying import say
from conversations.snoozes import SYSTEM
from hub.errors import Refused, Unsupported
from hub.model import Said
from hub.store.port import Store

log = structlog.get_logger(__name__)


class Wishes:
    """Takes `Said.opt`, in the commit that stores the message."""

    def __init__(self, store: Store, limits: Limits) -> None:
        self._store = store
        self._limits = limits

    async def take(self, change: Change, said: Said, at: datetime) -> None:
        """Keep what the customer decided and confirm it, unless it was so already or the provider has confirmed it."""
        opt: Literal["out", "in"] = "out" if said.opt == "out" else "in"
        writes = await told(self._store, said.sender, opt, at=at, source="word")
        change.also(*writes)
        if writes:
            change.note(SYSTEM, "opted_out" if opt == "out" else "opted_in", at=at)
        if writes and not said.opt_confirmed:
            self._confirm(change, opt, f"opt:{said.provider_id}"[:128], at)
        begun = change.before is None or not change.before.live
        if begun and change.now.live:
            change.now = close(change.now, at=at)

    def _confirm(self, change: Change, opt: Literal["out", "in"], client_id: str, at: datetime) -> None:
        words = confirmation(opt, change.now.language)
        try:
            say(change, author=SYSTEM, parts=(words,), client_id=client_id, at=at, limits=self._limits)
        except (Refused, Unsupported) as error:
            log.info("opt_not_confirmed", inbox=change.now.inbox, reason=error.code)
