"""One process of the test of the token broker: many gets at once; prints the tokens it was given."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime, timedelta

from msgspec import Struct

from hub import egress
from hub.clock import SystemClock
from hub.keys import parse
from hub.secrets import Vault
from hub.tokens import TOKENS, Tokens
from tests.stores import open_mongo


class Got(Struct, frozen=True, kw_only=True):
    """What the provider gave."""

    value: str
    expires_at: datetime


async def main(url: str, database: str, keys: str, provider: str, times: int) -> None:
    """Ask `times` at once, when the word comes."""
    clock = SystemClock()
    async with open_mongo(url, database, (TOKENS,)) as store, egress.session(("127.0.0.0/8",)) as http:
        tokens = Tokens(store, Vault(parse(keys)), clock)

        async def fetch() -> Got:
            async with http.get(provider) as answer:
                return Got(value=await answer.text(), expires_at=clock.now() + timedelta(hours=2))

        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)
        got = await asyncio.gather(*(tokens.get("inbox", "access", "o", fetch) for _ in range(times)))
    sys.stdout.write(" ".join(sorted(set(got))) + "\n")


if __name__ == "__main__":
    url, database, keys, provider, times = sys.argv[1:]
    asyncio.run(main(url, database, keys, provider, int(times)))
