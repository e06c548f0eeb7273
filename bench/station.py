"""The real hub as a process of its own, on a data folder that was made ready before it started."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from accounts import services
from accounts.permissions import Role
from accounts.teams import TEAMS, Team
from accounts.users import USERS, User
from bench.programs import Program, free_port, run
from config.settings import Settings
from conversations.inboxes import INBOXES, Inbox
from hub.clock import SystemClock
from hub.events import Events
from hub.keys import Keyring
from hub.secrets import Vault
from hub.store.port import Insert, Store, Write
from server import engines
from server.collections import EVERYTHING

CONSOLE, CHAT, SITE = "bench-console", "bench-chat", "bench-site-key"
SIGNING = "whsec_YmVuY2ggYmVuY2ggYmVuY2ggYmVuY2ggYmVuY2g="
TEAM = "bench-team-{}"
CAPACITY = 100
ADMINS = 10
"""Several, for one person may ask only so often a second."""


class Station(Struct, frozen=True, kw_only=True):
    """What the figures need to talk to a prepared hub: one log-in for each agent and administrator."""

    folder: Path
    keyring: Keyring
    cookies: tuple[str, ...]
    admins: tuple[str, ...]


def prepared(folder: Path, *, agents: int = 0, teams: int = 1, known: Sequence[str] = ()) -> Station:
    """Make inboxes, teams and log-ins in a data folder; run again on the same folder it only logs in again.

    `known` are users who are there already and log in too, before the new agents.
    """
    return asyncio.run(_prepare(folder, agents, teams, known))


async def _prepare(folder: Path, agents: int, teams: int, known: Sequence[str]) -> Station:
    settings = Settings(data=str(folder))
    keyring = await engines.keyring(settings)
    store = engines.store_of(settings)
    await store.open(EVERYTHING)
    try:
        at = SystemClock().now()
        await _add(store, Insert(INBOXES, _console(Vault(keyring), at)))
        await _add(store, *(Insert(INBOXES, _chat(number, at)) for number in range(teams)))
        await _add(store, *(Insert(TEAMS, _team(number, at)) for number in range(teams)))
        await _add(store, *(Insert(USERS, _agent(number, teams, at)) for number in range(agents)))
        await _add(store, *(Insert(USERS, _admin(number, at)) for number in range(ADMINS)))
        sessions = services.build(store, Events(), keyring).sessions
        tokens = []
        admins = [f"bench-admin-{number}" for number in range(ADMINS)]
        for user in (*admins, *known, *(f"bench-agent-{number}" for number in range(agents))):
            started = await sessions.start(user, ip="", agent="", at=at)
            await store.commit(*started.writes)
            tokens.append(started.token)
    finally:
        await store.close()
    return Station(folder=folder, keyring=keyring, admins=tuple(tokens[:ADMINS]), cookies=tuple(tokens[ADMINS:]))


async def _add(store: Store, *writes: Write) -> None:
    for write in writes:
        if await store.get(write.collection, write.doc.id) is None:
            await store.commit(write)


def _console(vault: Vault, at: datetime) -> Inbox:
    sealed = vault.seal(SIGNING, CONSOLE, "signing_secret")
    return Inbox(id=CONSOLE, name="bench", channel="console", secrets={"signing_secret": sealed}, created_at=at)


def _chat(number: int, at: datetime) -> Inbox:
    return Inbox(
        id=f"{CHAT}-{number}", name=f"bench {number}", channel="webchat", site_key=f"{SITE}-{number}",
        team=TEAM.format(number), created_at=at,
    )  # fmt: skip


def _team(number: int, at: datetime) -> Team:
    name = TEAM.format(number)
    return Team(id=name, name=name, key=name, auto_accept=True, created_at=at)


def _agent(number: int, teams: int, at: datetime) -> User:
    return User(
        id=f"bench-agent-{number}", name=f"坐席{number}", email=f"bench{number}@example.cn", role=Role.AGENT,
        teams=(TEAM.format(number % teams),), capacity=CAPACITY, created_at=at,
    )  # fmt: skip


def _admin(number: int, at: datetime) -> User:
    return User(
        id=f"bench-admin-{number}", name=f"站长{number}", email=f"boss{number}@example.cn", role=Role.ADMINISTRATOR,
        created_at=at,
    )  # fmt: skip


@contextmanager
def serving(folder: Path, *, worker: bool = True, public: str = "") -> Iterator[Program]:
    """Run `yizhan serve` on a data folder until the context ends; ready when it is handed out."""
    port = free_port()
    env = {
        "YIZHAN_DATA": str(folder), "YIZHAN_PORT": str(port), "YIZHAN_WORKER": str(worker).lower(),
        "YIZHAN_LOG_LEVEL": "warning", "YIZHAN_HOST": "127.0.0.1", "YIZHAN_PUBLIC_URL": public,
        "YIZHAN_EGRESS_ALLOW": "127.0.0.0/8",
    }  # fmt: skip
    with run(["-m", "server", "serve"], port=port, env=env) as program:
        program.wait_for("/readyz")
        yield program


@contextmanager
def bare() -> Iterator[Program]:
    """Run the floor."""
    port = free_port()
    with run(["-m", "bench.floors", str(port)], port=port) as program:
        program.wait_for("/readyz")
        yield program
