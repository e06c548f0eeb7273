"""The company's accounts: finding ours among them, and addresses that open its chat.

Source: https://developer.work.weixin.qq.com/document/path/94661 and .../path/94665.
"""

from urllib.parse import quote

from msgspec import Struct

from adapters.weixin.client import Client
from hub.errors import Refused, Unsupported

LONGEST_PARAM = 128


class Account(Struct, frozen=True, kw_only=True):
    """One account of the company."""

    open_kfid: str
    name: str = ""


class Listed(Struct, frozen=True, kw_only=True):
    """All accounts."""

    account_list: list[Account] = []


class Opened(Struct, frozen=True, kw_only=True):
    """An address that opens the account's chat in WeChat."""

    url: str


class Accounts:
    """The accounts of one company, as the app may see them."""

    def __init__(self, client: Client, account: str) -> None:
        self._client = client
        self._account = account

    async def find(self) -> str:
        """Return our account's name; raises `Refused` naming the accounts there are when it is none of them."""
        payload = {"offset": 0, "limit": 100}
        known = (await self._client.ask("/cgi-bin/kf/account/list", payload, shape=Listed)).account_list
        for account in known:
            if account.open_kfid == self._account:
                return account.name or account.open_kfid
        there = ", ".join(f"{one.name} {one.open_kfid}" for one in known[:20])
        raise Refused("The company has no such account", hint=f"Set `open_kfid` to one of: {there or 'none'}")

    async def link(self, scene: str, param: str) -> str:
        """Return an address for `scene` (at most 32 of [0-9A-Za-z_-]) and `param` (at most 128 bytes when escaped)."""
        escaped = quote(param, safe="")
        if len(escaped) > LONGEST_PARAM:
            raise Unsupported("The parameter of a link is too long", limit=LONGEST_PARAM, length=len(escaped))
        payload = {"open_kfid": self._account, **({"scene": scene} if scene else {})}
        url = (await self._client.ask("/cgi-bin/kf/add_contact_way", payload, shape=Opened)).url
        joint = "&" if "?" in url else "?"
        return f"{url}{joint}scene_param={escaped}" if param else url
