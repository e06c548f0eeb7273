"""How the hub and a process of its own talk: frames over pipes, each a letter, a length and its bytes. No pickle."""

import asyncio
import struct
from typing import IO

HEAD = struct.Struct(">cI")
NUMBER = struct.Struct("<I")
"""Before the rows of an answer: the question it answers."""
LARGEST = 256 * 1024 * 1024


class Broken(Exception):
    """What came is no frame: the other side is not what it should be."""


def write(pipe: IO[bytes], letter: bytes, body: bytes) -> None:
    """Write one frame and push it out."""
    pipe.write(HEAD.pack(letter, len(body)) + body)
    pipe.flush()


def read(pipe: IO[bytes]) -> tuple[bytes, bytes] | None:
    """Return the next frame, or None at the end."""
    head = pipe.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    letter, length = HEAD.unpack(head)
    body = pipe.read(length)
    return (letter, body) if len(body) == length else None


def packed(letter: bytes, body: bytes) -> bytes:
    """Return a frame as bytes."""
    return HEAD.pack(letter, len(body)) + body


async def receive(stream: asyncio.StreamReader) -> tuple[bytes, bytes] | None:
    """Return the next frame of a stream, or None at its end; raises `Broken` for one that is too large."""
    try:
        letter, length = HEAD.unpack(await stream.readexactly(HEAD.size))
        if length > LARGEST:
            raise Broken
        return letter, await stream.readexactly(length)
    except asyncio.IncompleteReadError:
        return None
