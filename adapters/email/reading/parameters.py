"""Fields with parameters (Content-Type, Content-Disposition): RFC 2045 and 2231, and what is sent instead."""

import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from msgspec import Struct

from adapters.email.reading import charsets, words

LONGEST = 16_384
_TYPE = re.compile(r"([a-z0-9!#$&^_.+-]+)\s*/\s*([a-z0-9!#$&^_.+-]+)", re.IGNORECASE)
_PARAMETER = re.compile(rb"[;\s]\s*([^\s=;\"]{1,100})\s*=\s*(\"(?:[^\"\\]|\\.)*\"?|[^;]*)", re.DOTALL)
_EXTENDED = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*)?")


class Typed(Struct, frozen=True, kw_only=True):
    """A value such as `text/plain` or `attachment`, in lower case, and its parameters by lower-case name."""

    value: str = ""
    parameters: Mapping[str, str] = {}

    def get(self, name: str) -> str:
        """Return a parameter, or ""."""
        return self.parameters.get(name, "")


def media(value: bytes, hint: str = "") -> Typed:
    """Read a Content-Type; `value` is "" when there is no `type/subtype` in it."""
    found = _TYPE.search(value[:200].decode("latin-1").partition(";")[0])
    name = f"{found[1]}/{found[2]}".lower() if found else ""
    return Typed(value=name, parameters=_parameters(value, hint))


def disposition(value: bytes, hint: str = "") -> Typed:
    """Read a Content-Disposition."""
    name = value[:200].decode("latin-1").partition(";")[0].strip().strip('"').lower()
    return Typed(value=name if name.isalpha() else "", parameters=_parameters(value, hint))


def _parameters(value: bytes, hint: str) -> dict[str, str]:
    plain: dict[str, str] = {}
    sliced: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for found in _PARAMETER.finditer(value[:LONGEST]):
        name, said = found[1].decode("latin-1").lower(), _unquoted(found[2])
        extended = _EXTENDED.fullmatch(name)
        if extended and (extended[2] or extended[3]):
            sliced.setdefault(extended[1], {})[int(extended[2] or 0)] = (said, bool(extended[3]))
        elif said and name not in plain:
            plain[name] = words.read(said, hint).text
    return plain | {name: text for name, slices in sliced.items() if (text := _assembled(slices, hint))}


def _unquoted(value: bytes) -> bytes:
    value = value.strip()
    if not value.startswith(b'"'):
        return value
    return re.sub(rb"\\([\"\\])", rb"\1", value.removeprefix(b'"').removesuffix(b'"'))


def _assembled(slices: Mapping[int, tuple[bytes, bool]], hint: str) -> str:
    """Put the slices of one value together (RFC 2231, 3 and 4); the charset stands in the first."""
    charset, data = "", b""
    for number in sorted(slices):
        said, coded = slices[number]
        if coded and number == min(slices) and said.count(b"'") >= 2:
            named, _, said = said.split(b"'", 2)
            charset = named.decode("latin-1")
        data += unquote_to_bytes(said) if coded else said
    if not charset and b"=?" in data:
        return words.read(data, hint).text
    return words.one_line(charsets.decode(data, charset, hint).text)


def file_name(name: str) -> str:
    """Return the last part of a path, and nothing that a file system or a shell could take amiss."""
    last = re.split(r"[/\\]", name.strip())[-1]
    kept = re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", "", last).strip().strip(".")
    if len(kept) <= 200:
        return kept
    stem, dot, ending = kept.rpartition(".")
    return f"{stem[: 199 - len(ending)]}{dot}{ending}" if stem and len(ending) <= 10 else kept[:200]
