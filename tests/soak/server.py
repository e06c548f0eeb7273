"""A real server process on a folder of its own: started, killed with SIGKILL, started again, ended properly."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from config.settings import Settings
from conversations.inboxes import NewInbox
from server.bootstrap import opened
from tests.stores import free_port

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
INBOX = "soak"
SECRET = "a-secret-for-the-soak-alone"
READY = 60.0

BOT = """
name: pong
languages:
  en:
    phrases: {greeting: hello, unsure: what, handing_over: wait, failed: sorry}
    person: [human]
    entries: [{name: ping, questions: [ping], words: [ping], answer: pong}]
"""


class Server:
    """`python -m server serve` over SQLite in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.starts: list[float] = []
        """Seconds from start to ready, one per life."""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def hook(self) -> str:
        """Where the provider calls."""
        return f"http://127.0.0.1:{self.port}/hooks/{INBOX}"

    async def furnish(self, sink: str) -> None:
        """Make the one inbox: the API channel, answered by a bot that says pong, delivering to `sink`."""
        bots = self.folder / "bots"
        await asyncio.to_thread(bots.mkdir, parents=True)
        await asyncio.to_thread((bots / "pong.yml").write_text, BOT)
        async with opened(Settings(data=str(self.folder), worker=False)) as hub:
            sealed = hub.vault.seal(SECRET, INBOX, "signing_secret")
            await hub.talks.inboxes.create(
                NewInbox(name="Soak", channel="console", bot="pong", language="en",
                         settings={"deliver_url": sink}, secrets={"signing_secret": sealed}), id=INBOX,
            )  # fmt: skip

    async def start(self) -> None:
        """Return when it is ready to take calls."""
        begun = time.monotonic()
        self._process = await asyncio.to_thread(self._spawn)
        async with aiohttp.ClientSession() as http:
            while not await self._ready(http):
                if self._process.poll() is not None or time.monotonic() - begun > READY:
                    raise RuntimeError(f"the server did not start: {self._log().read_text()[-2000:]}")
                await asyncio.sleep(0.02)
        self.starts.append(time.monotonic() - begun)

    async def kill(self) -> None:
        """SIGKILL: no handler runs, no buffer is flushed."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """SIGTERM, and wait for the end."""
        await self._end(signal.SIGTERM)

    async def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            await asyncio.to_thread(process.wait, 60)

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "server", "serve", "--data", str(self.folder), "--port", str(self.port)]
        with self._log().open("ab") as log:
            return subprocess.Popen(command, cwd=ROOT, env=_environment(), stdout=log, stderr=log)

    def _log(self) -> Path:
        return self.folder.with_suffix(".log")

    async def _ready(self, http: aiohttp.ClientSession) -> bool:
        try:
            async with http.get(f"http://127.0.0.1:{self.port}/readyz") as answer:
                return answer.status == 200
        except (aiohttp.ClientError, OSError):
            return False


def _environment() -> Mapping[str, str]:
    """This process's, without settings of a hub that happen to lie in it; its receivers are on this machine."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("YIZHAN_")}
    return {**ours, "YIZHAN_EGRESS_ALLOW": "127.0.0.0/8"}
