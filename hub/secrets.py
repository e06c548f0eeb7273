"""The vault: what must not lie readable in the store (channel tokens, passwords of mailboxes) is sealed here."""

import base64
import binascii
import os

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.errors import ChannelBroken
from hub.keys import Keyring

FORM = "yv1"
NONCE = 12


class Vault:
    """Seals text with AES-256-GCM under the newest key; opens with any key of the ring.

    Every secret is bound to where it belongs (inbox id, field name): moved elsewhere it does not open.
    A sealed secret is `yv1.<key id>.<base64url of nonce, ciphertext and tag>`.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._ring = keyring.derive("vault")

    def __repr__(self) -> str:
        """Return the key names only."""
        return f"Vault({self._ring!r})"

    def seal(self, text: str, *place: str) -> str:
        """Return the secret, sealed for that place."""
        key, nonce = self._ring.newest, os.urandom(NONCE)
        sealed = AESGCM(key.material).encrypt(nonce, text.encode(), _bound(key.id, place))
        return f"{FORM}.{key.id}.{base64.urlsafe_b64encode(nonce + sealed).decode().rstrip('=')}"

    def open(self, sealed: str, *place: str) -> str:
        """Return the secret; raises `ChannelBroken` when its key is gone, its place is another, or it was changed."""
        id, data = _taken_apart(sealed)
        material = self._ring.find(id)
        if material is None:
            raise ChannelBroken(
                "The key of a stored secret is missing", key=id, hint="Put the old key back into `secret_keys`."
            )
        try:
            return AESGCM(material).decrypt(data[:NONCE], data[NONCE:], _bound(id, place)).decode()
        except (InvalidTag, ValueError):
            raise _unreadable() from None

    def is_stale(self, sealed: str) -> bool:
        """Whether it was sealed under an older key and should be sealed again."""
        return _taken_apart(sealed)[0] != self._ring.newest.id

    def renew(self, sealed: str, *place: str) -> str:
        """Return the same secret under the newest key."""
        return self.seal(self.open(sealed, *place), *place)


def is_sealed(text: str) -> bool:
    """Whether the text came out of a vault."""
    return text.startswith(f"{FORM}.") and text.count(".") == 2


def _bound(id: str, place: tuple[str, ...]) -> bytes:
    return msgspec.json.encode([FORM, id, *place])


def _taken_apart(sealed: str) -> tuple[str, bytes]:
    if not is_sealed(sealed):
        raise _unreadable()
    _, id, coded = sealed.split(".")
    try:
        return id, base64.b64decode(coded + "=" * (-len(coded) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _unreadable() from None


def _unreadable() -> ChannelBroken:
    return ChannelBroken("A stored secret cannot be opened", hint="Enter it again in the settings of the inbox.")
