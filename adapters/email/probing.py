"""The test of a mailbox: connects as reading and sending do, sends nothing, and says how each step went."""

import asyncio
from collections.abc import Awaitable, Callable

from adapters.contract import Step
from adapters.email.account import Account
from adapters.email.imap import Imap
from adapters.email.logins import Logins
from adapters.email.sending import Sending
from hub.errors import HubError

SMTP, IMAP = "smtp", "imap"


async def probe(account: Account, logins: Logins, sending: Sending) -> list[Step]:
    """Try both sides at once."""
    inward = _imap(account, logins) if account.imap else _none(IMAP)
    outward = _smtp(account, sending) if account.smtp else _none(SMTP)
    return [step for steps in await asyncio.gather(inward, outward) for step in steps]


async def _imap(account: Account, logins: Logins) -> list[Step]:
    imap = Imap(account, logins)
    steps: list[Step] = []

    async def open_folder() -> str:
        folder = await imap.select()
        return f"{account.folder}: {folder.next - 1 if folder.next else '?'}"

    try:
        todo: tuple[tuple[str, Callable[[], Awaitable[str | None]]], ...] = (
            ("imap_connect", imap.connect),
            ("imap_login", imap.log_in),
            ("imap_folder", open_folder),
        )
        for name, work in todo:
            step = await _step(name, work)
            steps.append(step)
            if not step.ok:
                return steps
        told = "" if imap.idles else "The server has no IDLE: it is asked every 20 seconds."
        return [*steps, Step(name="imap_idle", ok=True, detail=told)]
    finally:
        await imap.close()


async def _smtp(account: Account, sending: Sending) -> list[Step]:
    async def log_in() -> str:
        client = await sending.open()
        offered = sorted(name for name in ("dsn", "size", "smtputf8") if client.supports_extension(name))
        client.close()
        secure = account.smtp.security if account.smtp else ""
        return f"{secure}; {', '.join(offered)}"

    return [await _step("smtp_login", log_in)]


async def _none(side: str) -> list[Step]:
    """A side that is not set up is no fault: mail may come by LMTP or HTTP, or an inbox may only listen."""
    return [Step(name=f"{side}_connect", ok=True, detail="-", hint=f"`{side}_host` is not set.")]


async def _step(name: str, work: Callable[[], Awaitable[str | None]]) -> Step:
    try:
        return Step(name=name, ok=True, detail=await work() or "")
    except HubError as error:
        return Step(name=name, ok=False, detail=error.message, hint=error.hint)
