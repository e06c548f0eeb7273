"""A mail of 25 MB with 20 attachments, read whole: seconds, and memory of the process, beside bare base64 of the same.

python -m bench.mail read|floor BYTES   is one run in a process of its own, and prints what it took
"""

import binascii
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import Struct

from adapters.email.reading import read
from bench.figure import Figure, middle
from bench.plan import Plan

SIZE = 25_000_000
ATTACHMENTS = 20
LINE = 57
MEGABYTE = 1_000_000


HEAD = (
    b"From: =?gb2312?B?wO7A1w==?= <lilei@example.com>\r\nTo: service@hub.example\r\nSubject: =?utf-8?B?5oql5L+u?=\r\n"
    b"Message-ID: <big@example.com>\r\nDate: Fri, 20 Nov 2026 09:15:00 +0800\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="outer"\r\n\r\n--outer\r\n'
    b'Content-Type: multipart/alternative; boundary="inner"\r\n\r\n'
    b"--inner\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
)
MIDDLE = b"\r\n--inner\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"


class Run(Struct, frozen=True, kw_only=True):
    """What one run took: seconds, and the most memory that its process ever held, in bytes, all of Python included."""

    seconds: float
    peak: int
    parts: int


def measure(plan: Plan) -> list[Figure]:
    """Measure."""
    size = SIZE // 10 if plan.quick else SIZE
    runs, floors = [], []
    for _ in range(plan.rounds):
        floors.append(_apart("floor", size))
        runs.append(_apart("read", size))
    facts = {"MB": size / MEGABYTE, "parts": float(runs[0].parts)}
    return [
        Figure(
            name="mail of 25 MB, 20 attachments", unit="s", value=middle([run.seconds for run in runs]), goal=1,
            floor=middle([run.seconds for run in floors]), floor_name="base64 of the same bytes", facts=facts,
        ),
        Figure(
            name="mail of 25 MB, memory", unit="MB", value=middle([run.peak / MEGABYTE for run in runs]), goal=150,
            floor=middle([run.peak / MEGABYTE for run in floors]), floor_name="base64 of the same bytes", facts=facts,
        ),
    ]  # fmt: skip


def _apart(what: str, size: int) -> Run:
    command = [sys.executable, "-m", "bench.mail", what, str(size)]
    return msgspec.json.decode(subprocess.run(command, check=True, capture_output=True).stdout, type=Run)


def made(size: int) -> bytes:
    """Return a mail of about `size` bytes: two texts, and attachments of random bytes, which nothing can compress."""
    text = "家里停水了，照片见附件。\r\n\r\n在 2026-11-20 09:00:00，service@hub.example 写道：\r\n> 您好\r\n" * 20
    page = "<p>家里停水了，照片见附件。</p>\r\n" * 500
    head = HEAD + text.encode() + MIDDLE + page.encode() + b"\r\n--inner--\r\n"
    each = (size - len(head)) // ATTACHMENTS * LINE // (LINE // 3 * 4 + 2)
    mail = bytearray(head)
    for number in range(ATTACHMENTS):
        mail += (
            f'--outer\r\nContent-Type: image/jpeg; name="{number}.jpg"\r\nContent-Transfer-Encoding: base64\r\n'
            f'Content-Disposition: attachment; filename="{number}.jpg"\r\n\r\n'
        ).encode()
        content = os.urandom(each)
        for at in range(0, each, LINE):
            mail += binascii.b2a_base64(content[at : at + LINE], newline=False) + b"\r\n"
    return bytes(mail + b"--outer--\r\n")


def _read(raw: bytes) -> int:
    return len(read(raw).leaves)


def _floor(raw: bytes) -> int:
    """Decode each attachment, knowing where it stands."""
    kept = []
    at = raw.find(b'.jpg"\r\n\r\n')
    while at >= 0:
        end = raw.find(b"--outer", at)
        kept.append(binascii.a2b_base64(memoryview(raw)[at + 9 : end]))
        at = raw.find(b'.jpg"\r\n\r\n', end)
    return len(kept)


def _once(what: str, size: int) -> Run:
    """The mail comes from a process of its own, so that making it is not counted."""
    program = f"import sys; from bench.mail import made; sys.stdout.buffer.write(made({size}))"
    raw = subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.PIPE).stdout
    work: Callable[[bytes], int] = _read if what == "read" else _floor
    begun = time.perf_counter()
    parts = work(raw)
    seconds = time.perf_counter() - begun
    return Run(seconds=seconds, peak=_peak(), parts=parts)


def _peak() -> int:
    """Return the most memory this program has held, in bytes; getrusage also counts whoever began it."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(_once(sys.argv[1], int(sys.argv[2]))))
