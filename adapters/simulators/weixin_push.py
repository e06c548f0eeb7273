"""How WeChat signs, encrypts and words a push; wechatpy does it, which knows nothing of our adapter."""

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

from adapters.simulators.stage import Hook

Words = Mapping[str, Any]


class Account(Struct, frozen=True, kw_only=True):
    """What an operator has entered at WeChat. `mode` is encrypted, compatible or plain; `form` xml or json."""

    app_id: str
    app_secret: str
    token: str
    key: str
    mode: str = "encrypted"
    form: str = "xml"
    name: str = "gh_simulated"

    def __repr__(self) -> str:
        """Keep the secrets out of logs."""
        return f"Account(app_id={self.app_id!r})"


def signature(*words: str) -> str:
    """Return the signature of the words."""
    signer = WeChatSigner()
    signer.add_data(*words)
    signed: str = signer.signature
    return signed


def hook(url: str, account: Account, words: Words, seconds: int) -> Hook:
    """Return the call of the hub that carries `words`, signed and sealed as the account asks for."""
    plain = encoded(words, account.form)
    nonce = str(secrets.randbelow(10**10))
    query = _query(account, seconds, nonce, str(words.get("FromUserName", "")))
    type_ = "text/xml" if account.form == "xml" else "application/json"
    if account.mode == "plain":
        return Hook(url=_with(url, query), headers={"Content-Type": type_}, body=plain.encode())
    sealed = _sealed(account, plain, nonce, str(seconds))
    proof = signature(account.token, str(seconds), nonce, sealed)
    beside = words if account.mode == "compatible" else {"ToUserName": account.name}
    return Hook(
        url=_with(url, {**query, "encrypt_type": "aes", "msg_signature": proof}), headers={"Content-Type": type_},
        body=encoded({**beside, "Encrypt": sealed}, account.form).encode(),
    )  # fmt: skip


def question(url: str, account: Account, word: str, seconds: int) -> Hook:
    """Return the check of the address."""
    query = {**_query(account, seconds, str(secrets.randbelow(10**10)), ""), "echostr": word}
    return Hook(method="GET", url=_with(url, {name: value for name, value in query.items() if name != "openid"}))


def encoded(words: Words, form: str) -> str:
    """Return XML or JSON."""
    return json.dumps(words, ensure_ascii=False) if form == "json" else f"<xml>{_elements(words)}</xml>"


def _query(account: Account, seconds: int, nonce: str, user: str) -> dict[str, str]:
    signed = signature(account.token, str(seconds), nonce)
    return {"signature": signed, "timestamp": str(seconds), "nonce": nonce, "openid": user}


def _sealed(account: Account, plain: str, nonce: str, seconds: str) -> str:
    answer: str = WeChatCrypto(account.token, account.key, account.app_id).encrypt_message(plain, nonce, seconds)
    return answer.partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]


def _with(url: str, query: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


def _elements(words: Words) -> str:
    return "".join(_element(name, value) for name, value in words.items())


def _element(name: str, value: Any) -> str:
    match value:
        case dict():
            return f"<{name}>{_elements(value)}</{name}>"
        case [*several]:
            return "".join(_element(name, one) for one in _items(several))
        case int() | float():
            return f"<{name}>{value}</{name}>"
        case _:
            safe = str(value).replace("]]>", "]]]]><![CDATA[>")
            return f"<{name}><![CDATA[{safe}]]></{name}>"


def _items(several: Sequence[Any]) -> Sequence[Any]:
    return several
