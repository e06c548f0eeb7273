"""`yizhan simulate <channel>`: a provider on this machine, played in the terminal: no account is needed to try it.

What a line says is a customer's message; a line that begins with `/` is a word of the simulator (`/help` lists them).
"""

import asyncio
import importlib
import shlex
import sys
from collections.abc import AsyncIterator, Callable, Mapping

from adapters.simulators.stage import Command, Simulator
from hub.errors import Invalid, NotFound

PORTS: Mapping[str, int] = {
    "wechat": 9201, "wechat_mini": 9202, "wechat_kf": 9203, "weibo": 9204, "twilio": 9205, "aliyun": 9206,
    "tencent": 9207, "smpp": 9208, "email": 9209,
}  # fmt: skip
"""Where each listens unless told otherwise; the demo's inboxes call these."""
CUSTOMER = "customer-1"
Tell = Callable[[str], None]


def inbox_of(channel: str) -> str:
    """Return the id of the demo's inbox of a channel."""
    return f"demo-{channel.replace('_', '-')}"


def hook_of(channel: str, hub: str = "http://127.0.0.1:8000") -> str:
    """Return the address at which the demo's inbox of a channel is called."""
    return f"{hub.rstrip('/')}/hooks/{inbox_of(channel)}"


def made(channel: str, hook: str, given: Mapping[str, str], tell: Tell) -> Simulator:
    """Return the simulator of a channel; raises `NotFound` when it has none, `Invalid` for wrong settings."""
    if channel not in PORTS:
        raise NotFound("There is no simulator of this channel", channel=channel, known=sorted(PORTS))
    build = importlib.import_module(f"adapters.simulators.{channel}").build
    try:
        simulator = build(hook, **given)
    except TypeError as error:
        raise Invalid("The simulator takes no such setting", given=sorted(given), reason=str(error)) from error
    if not isinstance(simulator, Simulator):
        raise NotFound("`build` made no simulator", channel=channel)
    simulator.tell = tell
    return simulator


async def simulate(
    channel: str, hook: str, port: int, given: Mapping[str, str], tell: Tell, lines: AsyncIterator[str] | None = None
) -> None:
    """Run the simulator until the terminal (or `lines`) ends."""
    simulator = made(channel, hook, given, tell)
    async with simulator.running(port) as url:
        tell(f"{channel}: API at {url}, hub at {simulator.hook or '(it connects to us)'}")
        for name, value in simulator.settings().items():
            tell(f"  {name} = {value}")
        tell("Write as the customer; /help for more; end with Ctrl-D.")
        async for line in lines or typed():
            await _obey(simulator, line.strip(), tell)


async def _obey(simulator: Simulator, line: str, tell: Tell) -> None:
    """Do what a line says; a slip of the terminal ends nothing."""
    if not line:
        return
    if not line.startswith("/"):
        await simulator.says(CUSTOMER, line)
        return
    try:
        word, *rest = shlex.split(line[1:])
        words = {**_common(simulator), **simulator.commands()}
        if word not in words:
            tell(f"words: {', '.join(f'/{one}' for one in sorted(words))}, /say USER TEXT")
            return
        tell(await words[word](rest))
    except (ValueError, IndexError) as error:
        tell(f"cannot: {error}")


def _common(simulator: Simulator) -> dict[str, Command]:
    """Return the words that every simulator knows."""

    async def say(words: list[str]) -> str:
        """Write as another customer."""
        user, *text = words
        called = await simulator.says(user, " ".join(text))
        return f"hub answered {called.status}"

    async def fail(words: list[str]) -> str:
        """Let the next calls of the API fail: `/fail 3 500`, `/fail 1 silent`, `/fail 2 code 45015`."""
        count, how, *code = words
        faults = simulator.faults
        faults.left, faults.silent = int(count), how == "silent"
        faults.status = int(how) if how.isdecimal() else 200
        faults.code = int(code[0]) if code else 0
        return f"the next {count} calls fail"

    async def skew(words: list[str]) -> str:
        """Put the provider's clock ahead by so many seconds."""
        simulator.faults.clock_skew = float(words[0])
        return f"the provider's clock is {words[0]} s ahead"

    return {"say": say, "fail": fail, "skew": skew}


async def typed() -> AsyncIterator[str]:
    """Yield what is typed, or piped in."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        yield line
