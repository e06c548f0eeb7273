"""Which charset it may be, when nobody says: rules for the languages that we meet, then a library's statistics."""

import logging
import re
from collections.abc import Callable, Mapping

SAMPLE = 32_768
_PHONETIC = re.compile("[\u0180-\u036f]")
_HIGH = re.compile(rb"[\x80-\xff]+")


def guess(data: bytes) -> str:
    """Return a codec with which `data` can be read whole; `latin-1` reads anything."""
    return _by_form(data) or _by_language(data) or _by_statistics(data) or "latin-1"


def plainly_utf8(data: bytes) -> bool:
    """Say whether it is UTF-8, and not a few GBK characters that happen to be.

    `停水` in GBK is a well-formed pair of rare phonetic signs in UTF-8: who writes no label writes no such signs.
    """
    try:
        text = data.decode("utf-8")
    except ValueError:
        return False
    return len(data) > 40 or not _PHONETIC.search(text) or not _reads(data, "gb18030")


def _by_form(data: bytes) -> str:
    """Look for forms that no other charset has by chance."""
    sample = data[:SAMPLE]
    if b"\x1b$" in sample or b"\x1b(I" in sample:
        return next((name for name in ("iso2022_jp_ext", "iso2022_kr") if _reads(data, name)), "")
    if not _HIGH.search(data):
        return "hz" if b"~{" in sample and b"~}" in sample and _reads(data, "hz") else "ascii"
    if plainly_utf8(data):
        return "utf-8"
    evens, odds = sample[::2].count(0), sample[1::2].count(0)
    if (evens + odds) * 4 > len(sample) and _reads(data, "utf-16-le"):
        return "utf-16-le" if odds > evens else "utf-16-be"
    return ""


def _by_language(data: bytes) -> str:
    """Weigh the charsets of East Asia by how much of the text would be everyday characters."""
    sample = data[:SAMPLE]
    runs = [len(run) for run in _HIGH.findall(sample)]
    high = sum(runs)
    letters = sum(byte in b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" for byte in sample)
    if high * 3 < letters and max(runs, default=0) <= 3:
        return "cp1252" if _reads(data, "cp1252") else "latin-1"
    weighed = [(_weight(sample, name), name) for name in WEIGHTS if _reads(data, name)]
    weight, name = max(weighed, default=(0.0, ""))
    return name if weight > 0.6 else ""


def _weight(sample: bytes, name: str) -> float:
    text = sample.decode(name, errors="ignore")
    foreign = [sign for sign in text if sign > "\x7f"]
    return sum(map(WEIGHTS[name], foreign)) / len(foreign) if foreign else 0.0


def _gb(sign: str) -> float:
    """First level of GB 2312 (3,755 everyday characters) and its punctuation; the rest is rare."""
    coded = sign.encode("gb18030")
    return (
        1.0 if len(coded) == 2 and (0xB0 <= coded[0] <= 0xD7 or coded[0] in (0xA1, 0xA3)) and coded[1] >= 0xA1 else 0.0
    )


def _big5(sign: str) -> float:
    coded = sign.encode("big5hkscs", errors="ignore")
    return 0.99 if len(coded) == 2 and 0xA1 <= coded[0] <= 0xC6 else 0.0


def _japanese(sign: str) -> float:
    """Kana prove Japanese; half-width ones prove that Shift_JIS was tried on something else."""
    if "\u3041" <= sign <= "\u30fe":
        return 1.3
    return 0.75 if "\u4e00" <= sign <= "\u9fff" or "\u3000" <= sign <= "\u3002" or sign > "\uff9f" else 0.0


def _korean(sign: str) -> float:
    """The 2,350 syllables of KS X 1001; the code page has 8,822 more, which hardly anybody writes."""
    coded = sign.encode("cp949", errors="ignore")
    return 1.05 if len(coded) == 2 and 0xB0 <= coded[0] <= 0xC8 and coded[1] >= 0xA1 else 0.0


WEIGHTS: Mapping[str, Callable[[str], float]] = {
    "gb18030": _gb, "big5hkscs": _big5, "cp932": _japanese, "euc_jp": _japanese, "cp949": _korean,
}  # fmt: skip


def _by_statistics(data: bytes) -> str:
    from charset_normalizer import from_bytes  # half of the mails never need it

    logging.getLogger("charset_normalizer").setLevel(logging.ERROR)
    best = from_bytes(data[:SAMPLE]).best()
    return best.encoding if best and _reads(data, best.encoding) else ""


def _reads(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except ValueError:
        return False
    return True
