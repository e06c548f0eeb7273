"""`yizhan bot publish`: a folder or a trained model becomes a version of a bot of this installation, and answers.

Written to the store, as `yizhan user add` does; every running hub answers with it from the next turn on.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from accounts.actor import CONSOLE, Act
from accounts.audit import Entry
from bots.project.faults import NotABot
from bots.project.folder import texts
from bots.serving.bringing import Bringing
from bots.serving.drafts import looked_at
from bots.serving.rows import BotRow
from bots.serving.training import Made, Unable, trained
from bots.trained import unpack
from config.settings import Settings
from hub.errors import Conflict, Invalid, NotFound, WrongMove
from hub.store.port import Write
from server.bootstrap import opened
from server.parts import Hub

Told = Callable[[str], None]


class Brought(Struct, frozen=True, kw_only=True):
    """What is to answer: the texts of a project, and its model when it is trained already."""

    files: dict[str, str]
    model: bytes | None = None


def brought(source: Path, told: Told) -> Brought:
    """Read a folder or a trained model; warnings are told. Raises `NotABot` with every fault, or `Malformed`."""
    if not source.is_dir():
        data = _bytes(source)
        return Brought(files=dict(unpack(data).project.files), model=data)
    files = texts(source)
    faults = looked_at(files).faults
    if any(fault.severity == "error" for fault in faults):
        raise NotABot(faults)
    for fault in faults:
        told(str(fault))
    return Brought(files=files)


async def publish(settings: Settings, what: Brought, id: str, told: Told, *, new: str = "", language: str = "") -> None:
    """Train it unless it is, and let it answer as bot `id`; `new` names one that is made for it.

    Raises `Invalid`, `NotFound`, `WrongMove` for what cannot be published.
    """
    made = await _made(what, told)
    async with opened(settings) as hub:
        at, shop = hub.clock.now(), hub.workshop
        bot = await _bot(hub, id, what.files, new, language, at)
        bringing = Bringing(hub.store, shop.chest, shop.drafts)
        version = await bringing.version(bot, what.files, made, by=CONSOLE.user, at=at)
        await hub.bots.tried(bot, version)
        try:
            taken = await bringing.publish(bot, version, commit=_audited(hub, "bot.published", id, at))
        except Conflict as error:
            raise WrongMove("Somebody changed this bot at the same moment", bot=id, hint="Publish again.") from error
    told(f"version {version.number} of {id} answers from the next turn on")
    if not taken:
        told("its draft was changed since the version before, and was left as it is")


async def _made(what: Brought, told: Told) -> Made:
    if what.model is not None:
        return Made(model=what.model, report={}, seconds=0)
    shown = ""

    async def tell(fraction: float, stage: str) -> None:
        nonlocal shown
        if stage != shown:
            shown = stage
            told(f"{fraction:4.0%} {stage}")

    try:
        return await trained(what.files, tell)
    except Unable as error:
        raise Invalid(str(error)) from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Invalid(f"{path} cannot be read", hint=error.strerror or "") from error


async def _bot(hub: Hub, id: str, files: dict[str, str], new: str, language: str, at: datetime) -> BotRow:
    """Return the bot, made now if it is to be."""
    try:
        return await hub.workshop.versions.working(id)
    except NotFound:
        if not new:
            raise NotFound(
                "There is no such bot", bot=id, hint="Give its name with `--new` to make it, or make it on the page."
            ) from None
    row = BotRow(id=id, name=new, language=language or "zh-CN", made_at=at)
    commit = _audited(hub, "bot.created", id, at)
    return await hub.workshop.drafts.create(row, files, by=CONSOLE.user, commit=commit)


def _audited(hub: Hub, action: str, id: str, at: datetime) -> Callable[..., object]:
    async def commit(*writes: Write) -> None:
        act = Act(actor=CONSOLE, at=at, request="console")
        await hub.accounts.audit.commit(act, Entry(action=action, target=id), *writes)

    return commit
