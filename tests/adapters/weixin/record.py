"""Write the pushes of WeChat's recordings again: python -m tests.adapters.weixin.record

The texts are those of WeChat's manual, or marked as made; wechatpy, which knows nothing of our code, encrypts and signs
them with the test inbox's token and key. Goldens are not touched (`tests.adapters.goldens` drafts missing ones).
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import msgspec
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

from tests.adapters.weixin import pushes

if TYPE_CHECKING:
    from collections.abc import Mapping

RECORDINGS = Path(__file__).parent.parent / "recordings"
AT = datetime(2026, 11, 20, 8, 0, 1, tzinfo=UTC)


def main() -> None:
    """Write everything."""
    for channel, cases in (("wechat", pushes.ACCOUNT), ("wechat_mini", pushes.MINI)):
        settings = msgspec.json.decode((RECORDINGS / channel / "settings.json").read_bytes())["settings"]
        for name, (source, body) in cases.items():
            _write(RECORDINGS / channel, name, source, body.encode(), settings)


def _write(folder: Path, name: str, source: str, plain: bytes, settings: Mapping[str, str]) -> None:
    seconds, nonce = str(int(AT.timestamp()) - 1), str(abs(hash_of(name)) % 10**9)
    crypto = WeChatCrypto(settings["token"], settings["encoding_aes_key"], settings["app_id"])
    body: str = crypto.encrypt_message(plain.decode(), nonce, seconds)
    start = body.index("<Encrypt><![CDATA[") + len("<Encrypt><![CDATA[")
    sealed = body[start : body.index("]]>", start)]
    query = urlencode({
        "signature": signed(settings["token"], seconds, nonce), "timestamp": seconds, "nonce": nonce,
        "openid": "oUser", "encrypt_type": "aes", "msg_signature": signed(settings["token"], seconds, nonce, sealed),
    })  # fmt: skip
    json = plain.lstrip().startswith(b"{")
    outside = f'{{"ToUserName":"gh_account","Encrypt":"{sealed}"}}' if json else _outside(sealed)
    lines = [
        f"# source: {source}; encrypted and signed by wechatpy with the test inbox's token and key",
        f"# at: {AT.isoformat()}",
        f"POST /hooks/inbox-1?{query} HTTP/1.1",
        f"content-type: {'application/json' if json else 'text/xml'}",
    ]
    (folder / f"{name}.http").write_bytes("\n".join(lines).encode() + b"\n\n" + outside.encode())
    (folder / f"{name}.plain").write_bytes(plain)


def _outside(sealed: str) -> str:
    """Wrap as WeChat does; what wechatpy makes is the shape of answers."""
    to = "<ToUserName><![CDATA[gh_account]]></ToUserName>"
    return f"<xml>\n    {to}\n    <Encrypt><![CDATA[{sealed}]]></Encrypt>\n</xml>"


def signed(*words: str) -> str:
    """Sign as wechatpy does."""
    signer = WeChatSigner()
    signer.add_data(*words)
    signature: str = signer.signature
    return signature


def hash_of(name: str) -> int:
    """Return a number of a name that is the same in every run."""
    return int.from_bytes(name.encode()[-6:], "big")


if __name__ == "__main__":
    main()
