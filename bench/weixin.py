"""One encrypted WeChat text: verified and parsed, beside the bare SHA-1 and AES of the same bytes.

Pushes are sealed by wechatpy before the clock starts, each another text. CPU time of this process, floor and figure in
turns.
"""

import base64
import hashlib
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from random import Random
from urllib.parse import parse_qsl, urlsplit

from aiohttp import ClientSession
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from msgspec import Struct

from adapters.contract import Adapter, Request
from adapters.registry import find
from adapters.setup import Setup
from adapters.simulators import weixin_push
from adapters.simulators.weixin_push import Account
from bench.figure import Figure, middle, percentile
from bench.plan import Plan
from bench.words import sentence

GOAL = 150.0
AT = datetime(2026, 11, 20, 8, 0, 0, tzinfo=UTC)
ACCOUNT = Account(app_id="wx0123456789abcdef", app_secret="secret-of-the-bench", token="tokenofthebench",
                  key="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")  # fmt: skip
PUSHES = 2000


class Sealed(Struct, frozen=True, kw_only=True):
    """One push, and what the floor works on: the words that are signed and the bytes that are sealed."""

    request: Request
    words: tuple[str, ...]
    data: bytes


def measure(plan: Plan) -> list[Figure]:
    """Measure."""
    adapter, pushes = _adapter(), _pushes(PUSHES if not plan.quick else 50)
    costs, floors = list[list[float]](), list[list[float]]()
    for _ in range(plan.rounds):
        floors.append(_timed(_bare(), pushes))
        costs.append(_timed(_both(adapter), pushes))
    facts = {"p99 us": middle([percentile(one, 0.99) for one in costs]), "bytes": float(len(pushes[0].request.body))}
    return [Figure(
        name="an encrypted WeChat text: verify and parse", unit="us CPU", value=middle([middle(one) for one in costs]),
        goal=GOAL, floor=middle([middle(one) for one in floors]), floor_name="bare SHA-1 and AES", facts=facts,
    )]  # fmt: skip


def _both(adapter: Adapter) -> Callable[[Sealed], None]:
    def work(push: Sealed) -> None:
        adapter.verify(push.request)
        adapter.parse(push.request)

    return work


def _bare() -> Callable[[Sealed], None]:
    """Two signatures and one AES, as the hub cannot do without; no padding, XML or comparison."""
    key = base64.b64decode(ACCOUNT.key + "=")
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def work(push: Sealed) -> None:
        hashlib.sha1("".join(sorted(push.words[:3])).encode(), usedforsecurity=False).hexdigest()
        hashlib.sha1("".join(sorted(push.words)).encode(), usedforsecurity=False).hexdigest()
        opener = cipher.decryptor()
        opener.update(push.data)
        opener.finalize()

    return work


def _timed(work: Callable[[Sealed], None], pushes: Sequence[Sealed]) -> list[float]:
    """Return microseconds of CPU for each push."""
    took = list[float]()
    for push in pushes:
        begun = time.thread_time_ns()
        work(push)
        took.append((time.thread_time_ns() - begun) / 1000)
    return took


def _adapter() -> Adapter:
    async def quietly(topic: str, payload: bytes) -> None:
        """Nobody listens."""

    nothing: ClientSession = None  # type: ignore[assignment]  # verify and parse call nobody
    settings = {"app_id": ACCOUNT.app_id, "app_secret": ACCOUNT.app_secret, "token": ACCOUNT.token,
                "encoding_aes_key": ACCOUNT.key}  # fmt: skip
    return find(installed=False).build("wechat", Setup(inbox="bench", settings=settings, http=nothing, push=quietly))


def _pushes(count: int) -> list[Sealed]:
    random = Random(7)
    return [_push(number, sentence(random, number)) for number in range(count)]


def _push(number: int, text: str) -> Sealed:
    words = {"ToUserName": "gh_bench", "FromUserName": f"oBench{number:022d}", "CreateTime": int(AT.timestamp()),
             "MsgType": "text", "Content": text, "MsgId": 10**16 + number}  # fmt: skip
    hook = weixin_push.hook("https://hub.example/hooks/bench", ACCOUNT, words, int(AT.timestamp()))
    query = dict(parse_qsl(urlsplit(hook.url).query))
    request = Request(method="POST", url=hook.url, query=query, headers=hook.headers, body=hook.body, at=AT)
    sealed = hook.body.decode().partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]
    signed = (ACCOUNT.token, query["timestamp"], query["nonce"], sealed)
    return Sealed(request=request, words=signed, data=base64.b64decode(sealed))
