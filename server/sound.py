"""Voice messages that no browser plays (AMR, SILK) made into WAV, in a process of its own.

The decoders are C code fed by strangers: what they break is a short-lived process with little memory, not the hub.
"""

import asyncio
import sys
from pathlib import Path

from hub.errors import Refused
from hub.media import DECODED
from server import sound_decoding
from server.sound_decoding import LONGEST

DECODER = Path(sound_decoding.__file__)
PATIENCE = 20.0
"""Seconds for one message; a minute of voice takes well under one."""
_decoders = asyncio.Semaphore(2)


async def playable(data: bytes, media_type: str) -> tuple[bytes, str]:
    """Return the sound as a browser plays it, and its media type; what plays already comes back as it is.

    Raises `Refused` when the bytes are no such sound.
    """
    if media_type not in DECODED:
        return data, media_type
    async with _decoders:
        return await _decoded(data), "audio/wav"


async def _decoded(data: bytes) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(DECODER),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(PATIENCE):
            made, _ = await process.communicate(data)
    except TimeoutError:
        process.kill()
        await process.wait()
        made = b""
    if process.returncode != 0 or not made:
        raise Refused("The voice message cannot be decoded", limit_seconds=LONGEST, hint="Download it instead.")
    return made
