"""Names of IMAP folders as the server wants them: modified UTF-7 (RFC 3501 5.1.3), so that 收件箱 is a folder. Pure."""

import base64
import re

_OTHER = re.compile(r"[^\x20-\x7e]+")


def encoded(name: str) -> str:
    """Return the name in the letters of the protocol."""
    return _OTHER.sub(lambda match: f"&{_coded(match[0])}-", name.replace("&", "&-"))


def _coded(text: str) -> str:
    return base64.b64encode(text.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
