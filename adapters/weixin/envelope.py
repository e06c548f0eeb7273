"""The envelope around what WeChat and WeCom push: a signature over few words, and AES around the message. Pure.

Both are described in https://developers.weixin.qq.com/doc/subscription/guide/dev/push/encryption.md (WeChat) and
https://developer.work.weixin.qq.com/document/path/91144 (WeCom). `cryptography` gives the cipher; every comparison here
takes the same time however close the guess was, which those of wechatpy do not.
"""

import base64
import binascii
import hashlib
import hmac
import os
import struct
from collections.abc import Mapping, Sequence
from datetime import datetime

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from hub.errors import ChannelBroken, Unverified

BLOCK = 32
"""WeChat pads to 32 bytes, not to AES's 16."""
SALT = 16
KEY_LETTERS = 43


def signature(*words: str) -> str:
    """Return the SHA-1 of the words, sorted and joined."""
    return hashlib.sha1("".join(sorted(words)).encode(), usedforsecurity=False).hexdigest()


def check(
    query: Mapping[str, str], token: str, *sealed: str, at: datetime, tolerance: int, name: str = "signature"
) -> None:
    """Return quietly when `name` in the query signs token, time, nonce and what is `sealed`; else raises `Unverified`.

    `tolerance` is in seconds: WeChat bounds replays by nothing, so what is older is refused here, and what is younger
    meets the unique key of its message.
    """
    if not token:
        raise ChannelBroken("This inbox has no token", hint="Set `token`.")
    given, seconds, nonce = (query.get(word, "") for word in (name, "timestamp", "nonce"))
    if not (given and seconds and nonce):
        raise Unverified("The signature is missing", hint=f"WeChat sends {name}, timestamp and nonce in the address.")
    if not hmac.compare_digest(signature(token, seconds, nonce, *sealed).encode(), given.encode()):
        raise Unverified("The signature does not match", hint="Compare `token` with the one entered at WeChat.")
    if not (seconds.isascii() and seconds.isdecimal() and len(seconds) < 12):
        raise Unverified("The timestamp is no number", hint="WeChat sends seconds since 1970.")
    if abs(at.timestamp() - int(seconds)) > tolerance:
        raise Unverified("The signature is too old, or from the future", hint="Set the clock, or `tolerance_seconds`.")


class Seal:
    """The AES envelope of one account. `receiver` is what must stand at its end: app id, corp id, or nothing.

    `keys` are EncodingAESKeys of 43 letters, the present one first; a former one is tried while it is being changed.
    """

    def __init__(self, keys: Sequence[str], receiver: str) -> None:
        usable = [key for key in keys if key]
        if not usable:
            raise ChannelBroken("This inbox has no AES key", hint="Set `encoding_aes_key`.")
        self._ciphers = [_cipher(key) for key in usable]
        self._receiver = receiver.encode()

    def open(self, sealed: str) -> bytes:
        """Return what is inside; raises `Unverified` when no key opens it for this receiver."""
        try:
            data = base64.b64decode(sealed, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Unverified("The envelope is not base64", hint="Is this address called by WeChat?") from error
        if not data or len(data) % BLOCK:
            raise Unverified("The envelope is cut off", hint="Is this address called by WeChat?")
        for cipher in self._ciphers:
            opener = cipher.decryptor()
            inside = _inside(opener.update(data) + opener.finalize(), self._receiver)
            if inside is not None:
                return inside
        raise Unverified("The envelope is not for this account", hint="Compare `encoding_aes_key` and the account id.")

    def close(self, inside: bytes, *, salt: bytes | None = None) -> str:
        """Return an envelope around `inside`, for answers to WeChat."""
        plain = (salt or os.urandom(SALT)) + struct.pack(">I", len(inside)) + inside + self._receiver
        missing = BLOCK - len(plain) % BLOCK
        closer = self._ciphers[0].encryptor()
        return base64.b64encode(closer.update(plain + bytes([missing]) * missing) + closer.finalize()).decode()


def _cipher(key: str) -> Cipher[modes.CBC]:
    try:
        raw = base64.b64decode(key + "=") if len(key) == KEY_LETTERS else b""
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != BLOCK:
        raise ChannelBroken("The AES key is not one of WeChat's", hint="`encoding_aes_key` has 43 letters and digits.")
    return Cipher(algorithms.AES(raw), modes.CBC(raw[:16]))


def _inside(plain: bytes, receiver: bytes) -> bytes | None:
    """Take the padding, the salt and the receiver away; None when any of them is not as it must be."""
    padding = plain[-1]
    if not 1 <= padding <= BLOCK or len(plain) - padding < SALT + 4:
        return None
    content = plain[SALT : len(plain) - padding]
    (length,) = struct.unpack_from(">I", content)
    told = content[4 + length :]
    return content[4 : 4 + length] if length <= len(content) - 4 and hmac.compare_digest(told, receiver) else None
