"""Decodes one voice message from standard input to WAV on standard output; run by `server/sound.py`, and nothing else.

AMR: RFC 4867 storage format. SILK: Tencent's variant begins with 0x02 before `#!SILK_V3`, and leaves the end mark out.
"""

import io
import resource
import sys
import wave
from collections.abc import Iterator

SILK = b"#!SILK_V3"
SILK_RATE = 24_000
LONGEST = 600
"""Seconds of sound; a channel's voice message has 60."""
MEMORY = 1 << 30
CPU = 15


def decode(data: bytes) -> bytes:
    """Return the sound as WAV, 16 bit mono; raises what the decoders raise."""
    if data[:12].lstrip(b"\x02").startswith(SILK):
        return _wav(_silk(data), SILK_RATE)
    rate, pcm = _amr(data)
    return _wav(pcm, rate)


def _silk(data: bytes) -> bytes:
    import pysilk

    out = io.BytesIO()
    pysilk.decode(io.BytesIO(data), out, SILK_RATE)
    return out.getvalue()[: LONGEST * SILK_RATE * 2]


def _amr(data: bytes) -> tuple[int, bytes]:
    import av

    with av.open(io.BytesIO(data), mode="r", format="amr") as sound:
        rate = int(sound.streams.audio[0].rate)
        resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
        frames = sound.decode(audio=0)
        samples = (bytes(made.planes[0])[: made.samples * 2] for frame in frames for made in resampler.resample(frame))
        return rate, b"".join(_bounded(samples, LONGEST * rate * 2))


def _bounded(pieces: Iterator[bytes], most: int) -> Iterator[bytes]:
    for piece in pieces:
        yield piece
        most -= len(piece)
        if most <= 0:
            return


def _wav(pcm: bytes, rate: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm)
    return out.getvalue()


def main() -> None:
    """Decode within bounds of memory and time."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(decode(sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
