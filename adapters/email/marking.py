"""Our own header on every mail that leaves: with it, a mail of ours that comes back is known. Pure.

The mark is an HMAC over the Message-ID, so that nobody can have a mail of his own dropped by writing the header.
"""

import hashlib
import hmac
import re

from hub.keys import Keyring

HEADER = "X-Yizhan-Loop"
PURPOSE = "mail.loop"
HEAD = 1 << 16
_MARK = re.compile(rb"(?im)^x-yizhan-loop:[ \t]*([0-9a-f]{32})[ \t]*\r?$")
_ID = re.compile(rb"(?im)^message-id:[ \t]*(?:\r?\n[ \t]+)?<([^<>\r\n]{1,998})>")


def mark(message_id: str, inbox: str, keys: Keyring) -> str:
    """Return what goes into the header of a mail."""
    return _mark(keys.derive(PURPOSE).newest.material, message_id, inbox)


def is_our_mark(raw: bytes, inbox: str, keys: Keyring) -> bool:
    """Say whether the head of a mail carries the mark that this inbox put on it."""
    head = re.split(rb"\r?\n\r?\n", raw.lstrip()[:HEAD], maxsplit=1)[0]
    found, id = _MARK.search(head), _ID.search(head)
    if not (found and id):
        return False
    told, message_id = found[1].decode(), id[1].decode("utf-8", "replace")
    ring = keys.derive(PURPOSE)
    return any([hmac.compare_digest(_mark(key.material, message_id, inbox), told) for key in ring.keys])


def _mark(key: bytes, message_id: str, inbox: str) -> str:
    return hmac.digest(key, f"{inbox}\0{message_id}".encode(), hashlib.sha256).hex()[:32]
