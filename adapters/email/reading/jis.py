"""ISO-2022-JP as Japanese mail programs write it: with code page 932's rows and half-width katakana (cp50221)."""

import re

_SWITCH = re.compile(rb"\x1b(\$B|\$@|\$\(D|\$\(O|\$\(P|\$\(Q|\(B|\(J|\(I)")


def decode_jis(data: bytes) -> str:
    """Return the text; raises ValueError where it is no ISO-2022-JP."""
    try:
        return data.decode("iso2022_jp_ext")
    except ValueError:
        return "".join(_runs(data))


def _runs(data: bytes) -> list[str]:
    """Decode run by run: what stands between two escapes is in one set."""
    pieces = _SWITCH.split(data)
    text = [pieces[0].decode("ascii")]
    for mode, run in zip(pieces[1::2], pieces[2::2], strict=True):
        text.append(_run(mode, run))
    return text


def _run(mode: bytes, run: bytes) -> str:
    match mode:
        case b"$B" | b"$@":
            return _rows(run)
        case b"(I":
            return bytes(byte | 0x80 if 0x21 <= byte <= 0x5F else byte for byte in run).decode("cp932")
        case b"(B" | b"(J":
            return run.decode("ascii")
        case _:
            return (b"\x1b" + mode + run).decode("iso2022_jp_ext")


def _rows(run: bytes) -> str:
    """Shift the two-byte characters into Shift_JIS, whose Windows form knows the rows that JIS X 0208 leaves empty."""
    shifted = bytearray()
    at = 0
    while at < len(run):
        row = run[at]
        if not 0x21 <= row <= 0x7E:
            shifted.append(row)
            at += 1
            continue
        if at + 1 == len(run) or not 0x21 <= run[at + 1] <= 0x7E:
            raise ValueError("half a character")
        cell = run[at + 1]
        shifted.append(((row - 0x21) >> 1) + (0x81 if row <= 0x5E else 0xC1))
        shifted.append(cell + (0x7E if not row & 1 else 0x1F if cell < 0x60 else 0x20))
        at += 2
    return shifted.decode("cp932")
