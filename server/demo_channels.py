"""The demo's inboxes of simulated providers: `yizhan simulate <channel>` calls them, and nobody types a setting."""

import asyncio
import importlib
from collections.abc import Mapping

import structlog
from msgspec import structs

from accounts.teams import Team
from conversations.hours import Hours
from conversations.inboxes import INBOXES, NewInbox
from hub.errors import HubError
from server.demo import BOT
from server.parts import Hub
from server.sealing import kept
from server.simulate import PORTS, inbox_of

log = structlog.get_logger(__name__)
NAMES: Mapping[str, str] = {
    "wechat": "微信公众号（模拟）", "wechat_mini": "微信小程序（模拟）", "wechat_kf": "微信客服（模拟）",
    "weibo": "微博（模拟）",
    "twilio": "Twilio SMS (simulated)", "aliyun": "阿里云短信（模拟）", "tencent": "腾讯云短信（模拟）",
    "smpp": "SMPP (simulated)", "email": "电子邮件（模拟）",
}  # fmt: skip
WITHOUT_BOT = frozenset({"aliyun", "tencent", "email"})
"""Where a menu would be a nuisance, or no free text may leave."""


async def fill(hub: Hub, team: Team) -> list[str]:
    """Make what is not there yet of the channels that are installed; return the channels one can simulate."""
    made = []
    for channel in PORTS:
        if channel not in hub.channels.registry.channels:
            continue
        try:
            await _inbox(hub, channel, team)
        except HubError as error:
            log.warning("demo_inbox_left_out", channel=channel, why=error.message, hint=error.hint)
            continue
        made.append(channel)
    return made


async def _inbox(hub: Hub, channel: str, team: Team) -> None:
    """Make the inbox, or bring its settings up to what the simulator says."""
    id = inbox_of(channel)
    given = await asyncio.to_thread(_settings, channel, f"{hub.settings.address}/hooks/{id}")
    read = await hub.store.get(INBOXES, id)
    if read is not None and given.items() <= hub.channels.opened(read).items():
        return
    facts = kept(hub.channels.registry, hub.vault, id, channel, given, read)
    if read is None:
        new = NewInbox(
            name=NAMES[channel], channel=channel, team=team.id, hours=Hours(),
            bot=BOT if BOT in hub.bots and channel not in WITHOUT_BOT else None, settings=facts["settings"],
            secrets=facts["secrets"],
        )  # fmt: skip
        await hub.talks.inboxes.create(new, id=id)
    else:
        await hub.talks.inboxes.change(
            read, structs.replace(read, settings=facts["settings"], secrets=facts["secrets"])
        )
    await hub.channels.reload(id)


def _settings(channel: str, hook: str) -> dict[str, str]:
    """Ask the simulator what it would have to be told; raises `HubError` when it cannot be made."""
    try:
        simulator = importlib.import_module(f"adapters.simulators.{channel}").build(hook)
        simulator.url = f"http://127.0.0.1:{PORTS[channel]}"
        return dict(simulator.settings())
    except Exception as error:
        raise HubError("The simulator cannot be asked", channel=channel, reason=type(error).__name__) from error
