"""Our own tokens in mail: the Message-ID we send with and the plus-address we are answered at. Pure.

A token is `c` (the conversation id is a UUID) or `t` (it is any other text) and then, in base32, the id and 10 bytes of
HMAC-SHA256 over it. It has one case and no sign besides letters and digits, so that it is found again in lower or upper
case, inside an address that a forwarder rewrote (SRS), and inside an id that Outlook or a gateway wrapped in its own.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable
from itertools import islice
from uuid import UUID

from hub.errors import Invalid
from hub.keys import Keyring

PURPOSE = "mail.threads"
MAC = 10
LONGEST_ID = 64
CANDIDATES = 1000
_TOKEN = re.compile(r"(?<![a-z0-9])([ct])([a-z2-7]{18,120})(?![a-z0-9])")
_UNSAFE = re.compile(r"[^a-z0-9]+")


def message_id(conversation: str, message_id: str, keys: Keyring, domain: str) -> str:
    """Return the Message-ID of one message, without brackets: the same at every attempt, and all in lower case.

    Raises `Invalid` for a conversation id that is no id.
    """
    own = _UNSAFE.sub("", message_id.lower())[:64] or hashlib.sha256(message_id.encode()).hexdigest()[:32]
    return f"{_token(conversation, keys)}.{own}@{domain.lower()}"


def plus_address(base: str, conversation: str, keys: Keyring) -> str:
    """Return the address at which an answer belongs to the conversation: `local+token@domain`."""
    local, at, domain = base.rpartition("@")
    return f"{local}+{_token(conversation, keys)}{at}{domain}"


def proven(ids_and_addresses: Iterable[str], keys: Keyring) -> str:
    """Return the conversation that the first good token names, or "". Looks at so many and no more."""
    ring = keys.derive(PURPOSE)
    found = (match for text in ids_and_addresses for match in _TOKEN.finditer(text.lower()))
    for match in islice(found, CANDIDATES):
        conversation = _checked(match[1], match[2], ring)
        if conversation:
            return conversation
    return ""


def _token(conversation: str, keys: Keyring) -> str:
    kind, id = _packed(conversation)
    mac = _mac(keys.derive(PURPOSE).newest.material, kind, id)
    return kind + base64.b32encode(id + mac).decode().rstrip("=").lower()


def _checked(kind: str, coded: str, ring: Keyring) -> str:
    try:
        payload = base64.b32decode(coded.upper() + "=" * (-len(coded) % 8))
    except binascii.Error:
        return ""
    id, mac = payload[:-MAC], payload[-MAC:]
    good = [hmac.compare_digest(_mac(key.material, kind, id), mac) for key in ring.keys]
    return _unpacked(kind, id) if any(good) else ""


def _packed(conversation: str) -> tuple[str, bytes]:
    as_text = conversation.encode()
    if not 1 < len(as_text) <= LONGEST_ID:
        raise Invalid("A conversation id fits no mail token", longest=LONGEST_ID)
    try:
        as_uuid = UUID(conversation)
    except ValueError:
        return "t", as_text
    return ("c", as_uuid.bytes) if str(as_uuid) == conversation else ("t", as_text)


def _unpacked(kind: str, id: bytes) -> str:
    return str(UUID(bytes=id)) if kind == "c" and len(id) == 16 else id.decode(errors="replace")


def _mac(material: bytes, kind: str, id: bytes) -> bytes:
    return hmac.digest(material, kind.encode() + id, hashlib.sha256)[:MAC]
