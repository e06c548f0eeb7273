"""The sentence encoder of one hub process: asked in batches, in a process of its own, never waited for long.

vector(text) --> queue (bounded) --> one batch at a time --> encoding process
                 full, late, gone --> None: understanding goes on without it
"""

import asyncio
from collections.abc import Sequence

import msgspec
import numpy as np
import structlog
from numpy.typing import NDArray

from bots.serving import frames
from bots.serving.child import child

MODULE = "bots.encoding_process"
ROOM = 256
"""Sentences that may wait; more are not encoded."""
BATCH = 16
PATIENCE = 0.5
"""Seconds one sentence may take, waiting included."""
REST = 5.0
"""Seconds until a process that broke is started again."""
SILENCE = 30.0
"""Seconds after which a process that does not answer is given up; loading the encoder takes about one."""

Vector = NDArray[np.float32]
_log = structlog.get_logger(__name__)


class Asked:
    """One sentence and who waits for its vector."""

    def __init__(self, text: str, answer: asyncio.Future[Vector | None]) -> None:
        self.text = text
        self.answer = answer


class Encoding:
    """Gives vectors. The process starts with the first sentence, and again when it dies."""

    def __init__(self, *, patience: float = PATIENCE, module: str = MODULE, rest: float = REST) -> None:
        self._queue: asyncio.Queue[Asked] = asyncio.Queue(ROOM)
        self._patience = patience
        self._module = module
        self._rest = rest
        self._task: asyncio.Task[None] | None = None
        self._none = False
        """There is no encoder on this machine: nobody is asked again."""

    async def vector(self, text: str) -> Vector | None:
        """Return the vector of a sentence, or None: go on without."""
        if self._none or self._queue.full():
            return None
        self.start()
        asked = Asked(text, asyncio.get_running_loop().create_future())
        self._queue.put_nowait(asked)
        try:
            async with asyncio.timeout(self._patience):
                return await asked.answer
        except TimeoutError:
            return None

    def start(self) -> None:
        """Let the process begin, so that the first sentence need not wait for it."""
        if not self._none and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._run(), name="encoding")

    async def close(self) -> None:
        """End the process."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while not self._none:
            try:
                async with child(self._module) as process:
                    await self._serve(process)
            except (OSError, frames.Broken, TimeoutError) as error:
                _log.warning("encoder_broke", reason=type(error).__name__)
            self._dismiss()
            if not self._none:
                await asyncio.sleep(self._rest)
        self._dismiss()

    async def _serve(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None  # noqa: S101 - it was asked for
        assert process.stdout is not None  # noqa: S101 - it was asked for
        number = 0
        while True:
            batch = await self._batch()
            number = (number + 1) % (1 << 31)
            body = msgspec.json.encode((number, [asked.text for asked in batch]))
            process.stdin.write(frames.packed(b"T", body))
            try:
                async with asyncio.timeout(SILENCE):
                    rows = await self._rows(process.stdout, number, len(batch))
            except BaseException:
                _answer(batch, [None] * len(batch))
                raise
            if rows is None:
                _answer(batch, [None] * len(batch))
                return
            _answer(batch, list(rows))

    async def _batch(self) -> list[Asked]:
        """Return what waits, at least one; who gave up waiting is left out."""
        while True:
            batch = [await self._queue.get()]
            while len(batch) < BATCH and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            wanted = [asked for asked in batch if not asked.answer.done()]
            if wanted:
                return wanted

    async def _rows(self, stream: asyncio.StreamReader, number: int, count: int) -> Vector | None:
        frame = await frames.receive(stream)
        if frame is None:
            raise frames.Broken
        letter, body = frame
        if letter == b"N":
            self._none = True
            return None
        if letter != b"V" or frames.NUMBER.unpack_from(body)[0] != number:
            raise frames.Broken
        rows: Vector = np.frombuffer(body, dtype="<f4", offset=frames.NUMBER.size).reshape(count, -1)
        return rows

    def _dismiss(self) -> None:
        while not self._queue.empty():
            _answer([self._queue.get_nowait()], [None])


def _answer(batch: Sequence[Asked], vectors: Sequence[Vector | None]) -> None:
    for asked, vector in zip(batch, vectors, strict=True):
        if not asked.answer.done():
            asked.answer.set_result(vector)
