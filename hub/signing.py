"""Signed tokens for people without an account (web-chat visitors, upload links): ours, for one purpose, for a time.

A token is `<key id>.<base64url of the claims as JSON>.<base64url of HMAC-SHA256>`. Anybody can read it, nobody can
change it. Its characters are allowed in a URL, a header and a WebSocket subprotocol.
"""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from hub.errors import Unverified
from hub.keys import Keyring

LONGEST = 4096
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

T = TypeVar("T", bound=Struct)


class _Claims(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is signed: end in milliseconds since 1970, the single-use name if any, and the caller's payload."""

    e: int
    j: str = ""
    d: msgspec.Raw


class Signed(Struct, Generic[T], frozen=True, kw_only=True):
    """A token that checked out. `once` names it where it may be used a single time: store the name as a unique row."""

    payload: T
    expires_at: datetime
    once: str = ""


class Signer(Generic[T]):
    """Makes and checks tokens of one purpose with one payload type; tokens of another purpose never check out."""

    def __init__(self, keyring: Keyring, purpose: str, payload: type[T]) -> None:
        self._ring = keyring.derive(f"sign:{purpose}")
        self._purpose = purpose
        self._decoder = msgspec.json.Decoder(payload)

    def __repr__(self) -> str:
        """Return purpose and key names."""
        return f"Signer({self._purpose}, {self._ring!r})"

    def sign(self, payload: T, *, until: datetime, once: str = "") -> str:
        """Return a token good before `until`."""
        claims = _Claims(e=(until - EPOCH) // MILLISECOND, j=once, d=msgspec.Raw(msgspec.json.encode(payload)))
        key = self._ring.newest
        signed = f"{key.id}.{_coded(msgspec.json.encode(claims))}"
        return f"{signed}.{_mac(key.material, signed)}"

    def verify(self, token: str, at: datetime) -> Signed[T]:
        """Return what was signed; raises `Unverified` for anything else, and never says which part was wrong."""
        if len(token) > LONGEST or not token.isascii() or token.count(".") != 2:
            raise _refused()
        signed, _, mac = token.rpartition(".")
        id, _, coded = signed.partition(".")
        material = self._ring.find(id)
        if material is None or not hmac.compare_digest(_mac(material, signed), mac):
            raise _refused()
        return self._read(coded, at)

    def _read(self, coded: str, at: datetime) -> Signed[T]:
        try:
            claims = msgspec.json.decode(base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)), type=_Claims)
            payload = self._decoder.decode(claims.d)
        except ValueError as error:
            raise _refused() from error
        expires_at = EPOCH + claims.e * MILLISECOND
        if at >= expires_at:
            raise Unverified("The token is over", hint="Ask for a new one.")
        return Signed(payload=payload, expires_at=expires_at, once=claims.j)


def _mac(material: bytes, signed: str) -> str:
    return _coded(hmac.digest(material, signed.encode(), hashlib.sha256))


def _coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _refused() -> Unverified:
    return Unverified("The token is not one of ours", hint="Ask for a new one.")
