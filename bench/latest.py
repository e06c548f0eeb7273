"""The latest 50 messages of a conversation, a million stored: by the service the API calls."""

import asyncio
from functools import partial
from pathlib import Path

from bench import archive, reading
from bench.figure import Figure, middle
from bench.plan import Plan
from conversations.transcripts import Transcripts

BARE = 'SELECT _doc FROM messages WHERE "conversation" = ? ORDER BY "seq" DESC LIMIT 50'


def measure(plan: Plan) -> list[Figure]:
    """Measure."""
    return asyncio.run(_measure(archive.folder(plan), plan))


async def _measure(folder: Path, plan: Plan) -> list[Figure]:
    connection = reading.plain(folder)
    wanted = reading.some_conversations(connection, plan.reads)
    service, floor = [], []
    async with reading.opened(folder) as store:
        latest = Transcripts(store).latest
        for _ in range(plan.rounds):
            floor.append(reading.p50_p99(reading.timed_plainly(connection, BARE, [(id,) for id in wanted])))
            service.append(reading.p50_p99(await reading.timed([partial(latest, id) for id in wanted])))
    connection.close()
    p50, p99 = (middle([each[part] for each in service]) for part in (0, 1))
    return [
        Figure(
            name="latest 50 messages, p99", unit="ms", value=p99, goal=10, floor=middle([each[1] for each in floor]),
            floor_name="bare SELECT", facts={"p50": p50, "messages": plan.messages},
        )
    ]  # fmt: skip
