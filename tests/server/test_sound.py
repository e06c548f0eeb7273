"""Voice messages become sounds that a browser plays: decoded as they were encoded, and noise does no harm."""

from __future__ import annotations

import io
import math
import struct
import wave
from itertools import pairwise

import av
import pysilk
import pytest
from av.audio.frame import AudioFrame

from hub.errors import Refused
from hub.media import media_type
from server.sound import playable

SECONDS = 2


def tone(rate: int) -> bytes:
    """Return a tone of 440 Hz, 16 bit mono."""
    return b"".join(
        struct.pack("<h", int(12_000 * math.sin(2 * math.pi * 440 * n / rate))) for n in range(rate * SECONDS)
    )


def amr() -> bytes:
    """Return the tone as AMR, made by ffmpeg's own encoder."""
    out = io.BytesIO()
    with av.open(out, "w", format="amr") as file:
        stream = file.add_stream("libopencore_amrnb", rate=8000, layout="mono")
        stream.bit_rate = 12_200
        frame = AudioFrame(format="s16", layout="mono", samples=8000 * SECONDS)
        frame.planes[0].update(tone(8000))
        frame.sample_rate = 8000
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            file.mux(packet)
    return out.getvalue()


def silk() -> bytes:
    """Return the tone as WeChat's clients send it."""
    out = io.BytesIO()
    pysilk.encode(io.BytesIO(tone(24_000)), out, 24_000, 24_000)
    return out.getvalue()


def pitch(sound: bytes) -> tuple[float, float]:
    """Return how long a WAV lasts, and the pitch told by how often it crosses zero."""
    with wave.open(io.BytesIO(sound)) as file:
        count, rate = file.getnframes(), file.getframerate()
        samples = struct.unpack(f"<{count}h", file.readframes(count))
    crossed = sum((a < 0) != (b < 0) for a, b in pairwise(samples))
    return count / rate, crossed / 2 / (count / rate)


@pytest.mark.parametrize(("made", "kind"), [(amr, "audio/amr"), (silk, "audio/silk")])
async def test_voice_of_phones_is_heard(made: object, kind: str) -> None:
    data = made()  # type: ignore[operator]  # the two makers above
    assert media_type(data) == kind
    sound, heard_as = await playable(data, kind)
    assert heard_as == "audio/wav"
    seconds, hertz = pitch(sound)
    assert seconds == pytest.approx(SECONDS, abs=0.1)
    assert hertz == pytest.approx(440, rel=0.03)


async def test_what_plays_already_is_left_alone() -> None:
    assert await playable(b"ID3", "audio/mpeg") == (b"ID3", "audio/mpeg")


@pytest.mark.parametrize(
    "data", [b"#!AMR\n" + b"\xff" * 999, b"\x02#!SILK_V3" + b"\xff\x7f" * 999, b"\x02#!SILK_V3", b"#!AMR\n", b"x"]
)
async def test_what_is_none_is_refused(data: bytes) -> None:
    try:
        sound, _ = await playable(data, "audio/silk" if b"SILK" in data else "audio/amr")
    except Refused as refused:
        assert refused.hint  # noqa: PT017  # a decoder may also make silence of noise
    else:
        assert len(sound) < 60_000_000
