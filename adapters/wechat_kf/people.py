"""Who the customers are: nickname, picture and unionid, asked for in batches and remembered for a day.

Source: https://developer.work.weixin.qq.com/document/path/95159. No message waits for a profile that cannot be had.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import structlog
from msgspec import Struct

from adapters.weixin.client import Client
from hub.clock import Clock
from hub.errors import HubError
from hub.model import Sender

log = structlog.get_logger(__name__)
BATCH = 100
LIFE = timedelta(days=1)
REMEMBERED = 10_000
NOBODY = Sender()


class Customer(Struct, frozen=True, kw_only=True):
    """One customer as WeCom describes them; `unionid` only when the company bound an open platform account."""

    external_userid: str
    nickname: str = ""
    avatar: str = ""
    unionid: str = ""


class Customers(Struct, frozen=True, kw_only=True):
    """The answer."""

    customer_list: list[Customer] = []


class People:
    """The profiles of one company's customers."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._known: OrderedDict[str, tuple[datetime, Sender]] = OrderedDict()
        self._out = False

    async def meet(self, users: Iterable[str]) -> dict[str, Sender]:
        """Return what is known about each; about whom nothing can be learned now, nothing."""
        wanted = list(dict.fromkeys(user for user in users if user))
        now = self._clock.now()
        missing = [user for user in wanted if self._fresh(user, now) is None]
        for batch in _batches(missing):
            await self._learn(batch, now)
        return {user: self._fresh(user, now) or NOBODY for user in wanted}

    async def _learn(self, users: list[str], now: datetime) -> None:
        payload = {"external_userid_list": users, "need_enter_session_context": 0}
        try:
            told = await self._client.ask("/cgi-bin/kf/customer/batchget", payload, shape=Customers)
        except HubError as error:
            self._say(error)
            return
        self._out = False
        found = {one.external_userid: _sender(one) for one in told.customer_list}
        for user in users:
            self._known[user] = (now + LIFE, found.get(user, NOBODY))
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def _fresh(self, user: str, now: datetime) -> Sender | None:
        until, sender = self._known.get(user, (now, NOBODY))
        return sender if now < until else None

    def _say(self, error: HubError) -> None:
        """Log an outage once."""
        if not self._out:
            log.warning("wechat_kf.no_profiles", fault=error.message, code=error.facts.get("code"))
        self._out = True


def _batches(users: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(users), BATCH):
        yield users[start : start + BATCH]


def _sender(customer: Customer) -> Sender:
    unionid = {"unionid": customer.unionid[:2000]} if customer.unionid else {}
    return Sender(name=customer.nickname[:128], avatar=customer.avatar[:2048], attributes=unionid,
                  verified=tuple(unionid))  # fmt: skip
