"""The secret keys of an installation: read from the environment or a file, several at once so that they can rotate.

Every use (vault, signatures, CSRF) derives its own key from these by purpose, so that no two uses share one.
"""

import base64
import binascii
import os
import re
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from hub.errors import Invalid

SIZE = 32
HINT = "Give `secret_keys` as id:base64 of 32 bytes, newest first, several divided by commas or lines."
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


class Key(Struct, frozen=True, kw_only=True):
    """32 random bytes and the name by which what they made is recognised."""

    id: str
    material: bytes

    def __repr__(self) -> str:
        """Return the name only."""
        return f"Key({self.id})"


class Keyring(Struct, frozen=True, kw_only=True):
    """The keys, newest first: the first makes, all of them check and open."""

    keys: tuple[Key, ...]

    def __repr__(self) -> str:
        """Return the names only."""
        return f"Keyring({', '.join(key.id for key in self.keys)})"

    @property
    def newest(self) -> Key:
        """Return the key that makes."""
        return self.keys[0]

    def derive(self, purpose: str) -> "Keyring":
        """Return a keyring with the same names whose keys serve this purpose alone (HKDF-SHA256)."""
        return Keyring(keys=tuple(Key(id=key.id, material=_derived(key, purpose)) for key in self.keys))

    def find(self, id: str) -> bytes | None:
        """Return the key of that name, or None when it was taken away."""
        return next((key.material for key in self.keys if key.id == id), None)


def _derived(key: Key, purpose: str) -> bytes:
    info = f"yizhan:{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=SIZE, salt=None, info=info).derive(key.material)


def parse(text: str) -> Keyring:
    """Read `id:base64` entries divided by commas or white space; raises `Invalid` that shows none of it."""
    keys = tuple(_entry(entry) for entry in re.split(r"[\s,]+", text.strip()) if entry)
    names = {key.id for key in keys}
    if not keys or len(names) != len(keys):
        raise Invalid("There must be at least one secret key, and no two of one name", hint=HINT)
    return Keyring(keys=keys)


def _entry(entry: str) -> Key:
    name, _, coded = entry.partition(":")
    try:
        material = base64.b64decode(coded.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("A secret key is not base64", hint=HINT) from None
    if not _ID.fullmatch(name) or len(material) != SIZE:
        raise Invalid("A secret key has no good name, or is not 32 bytes long", hint=HINT)
    return Key(id=name, material=material)


def fresh(id: str) -> str:
    """Return a new entry for the setting, from the machine's random source."""
    return f"{id}:{base64.b64encode(secrets.token_bytes(SIZE)).decode()}"


def load_or_make(path: Path) -> Keyring:
    """Read the key file; the first start of an installation makes it, readable by its owner alone.

    Blocking, for the start. Two processes that start at once agree on one file: the link is made once.
    """
    if not path.exists():
        _make(path)
    return parse(path.read_text())


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(fresh("k1") + "\n")
            file.flush()
            os.fsync(file.fileno())
        _link(draft, path)
    finally:
        draft.unlink()


def _link(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
