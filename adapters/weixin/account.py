"""An account at WeChat: how it gets its token, what it is asked to show that the connection works, and its quota.

https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken
"""

from msgspec import Struct

from adapters.contract import Step
from adapters.setup import Setup
from adapters.weixin.client import Client, Reply, TokenReply
from adapters.weixin.meanings import ACCOUNT, Table
from hub.errors import HubError

SEND = "/cgi-bin/message/custom/send"


class Quota(Struct, frozen=True, kw_only=True):
    """How often a call may be made in a day."""

    daily_limit: int = 0
    used: int = 0
    remain: int = 0


class QuotaReply(Reply, frozen=True, kw_only=True):
    """Its quota."""

    quota: Quota = Quota()


class Servers(Reply, frozen=True, kw_only=True):
    """From where WeChat calls us."""

    ip_list: list[str] = []


def client(setup: Setup, table: Table = ACCOUNT) -> Client:
    """Return the calls of one account."""

    async def fetch(calls: Client, another: bool) -> TokenReply:
        """Ask for the stable token: the same at every call until it ends; `another` costs one of 20 a day."""
        asked = {
            "grant_type": "client_credential",
            "appid": setup.text("app_id"),
            "secret": setup.text("app_secret"),
            "force_refresh": another,
        }
        return await calls.open("/cgi-bin/stable_token", asked, shape=TokenReply)

    return Client(setup, base=setup.text("api_url"), table=table, fetch=fetch)


async def probe(calls: Client) -> list[Step]:
    """Get a token and make a harmless call with it; what follows a failed step is not tried."""
    steps = list[Step]()
    for name, act in (("token", calls.token), ("api", lambda: _servers(calls))):
        try:
            detail = await act()
        except HubError as error:
            return [*steps, Step(name=name, ok=False, detail=error.message, hint=error.hint)]
        steps.append(Step(name=name, ok=True, detail="" if name == "token" else detail))
    return steps


async def figures(calls: Client) -> dict[str, str]:
    """Return how many messages the account may still send today."""
    told = await calls.ask("/cgi-bin/openapi/quota/get", {"cgi_path": SEND}, shape=QuotaReply)
    quota = told.quota
    return {"calls_left": str(quota.remain), "calls_used": str(quota.used), "calls_a_day": str(quota.daily_limit)}


async def _servers(calls: Client) -> str:
    reply = await calls.ask("/cgi-bin/getcallbackip", shape=Servers)
    return f"{len(reply.ip_list)} addresses"
