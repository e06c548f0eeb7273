"""An inbox broke: administrators who are logged in, in any process, are told once."""

import asyncio

import msgspec

from conversations.inboxes import INBOXES
from hub.bus import Bus
from hub.store.port import Store
from server.live.frames import Trouble
from server.live.live import TROUBLE
from server.vitals import Failed, Vitals


class Alarm:
    """Hears what the vitals of this process tell, and publishes it."""

    def __init__(self, store: Store, bus: Bus, vitals: Vitals) -> None:
        self._store = store
        self._bus = bus
        self._tasks: set[asyncio.Task[None]] = set()
        vitals.broke.append(self._broke)

    def _broke(self, inbox: str, failed: Failed) -> None:
        task = asyncio.create_task(self._tell(inbox, failed))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self, id: str, failed: Failed) -> None:
        inbox = await self._store.get(INBOXES, id)
        frame = Trouble(
            inbox=id, name=inbox.name if inbox else "", code=failed.code, message=failed.message, hint=failed.hint,
            at=failed.at,
        )  # fmt: skip
        await self._bus.publish(TROUBLE, msgspec.json.encode(frame))
