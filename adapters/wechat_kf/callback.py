"""What WeCom calls us with: an encrypted bell that says "there is something", and never what. Pure.

Source: https://developer.work.weixin.qq.com/document/path/94670 (the bell) and .../path/91144 (the envelope).
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

from adapters.weixin import envelope, xml
from hub.errors import Malformed
from hub.model import Address, Bell

CHANNEL = "wechat_kf"
SIGNATURE = "msg_signature"
RINGS = "kf_msg_or_event"


class Callback:
    """The callback of one company and one account. `keys` are its AES keys, the present one first."""

    def __init__(self, *, corp: str, account: str, inbox: str, keys: tuple[str, ...], tolerance: int) -> None:
        self._account = account
        self._corp = corp
        self._inbox = inbox
        self._seal = envelope.Seal(keys, corp)
        self._tolerance = tolerance

    def echo(self, query: Mapping[str, str], token: str, *, at: datetime) -> bytes:
        """Return what lies in `echostr`, without quotes, mark or line break; raises `Unverified`."""
        sealed = query.get("echostr", "")
        envelope.check(query, token, sealed, at=at, tolerance=self._tolerance, name=SIGNATURE)
        return self._seal.open(sealed)

    def check(self, query: Mapping[str, str], body: bytes, token: str, *, at: datetime) -> None:
        """Return quietly when the query signs the envelope in `body`; raises `Unverified`."""
        try:
            sealed = _sealed(body)
        except Malformed:
            sealed = ""  # nothing that could have been signed: the signature will not match
        envelope.check(query, token, sealed, at=at, tolerance=self._tolerance, name=SIGNATURE)

    def read(self, body: bytes) -> list[Bell]:
        """Return the bell, or nothing for another event or another account's; raises `Malformed`, `Unverified`."""
        raw = self._seal.open(_sealed(body))
        told = {name: text for name, text in xml.read(raw).items() if isinstance(text, str)}
        if told.get("ToUserName", self._corp) != self._corp:
            raise Malformed("The call is for another company", inbox=self._inbox, hint="Compare `corp_id`.")
        if told.get("Event") != RINGS or told.get("OpenKfId", self._account) != self._account:
            return []
        seconds = told.get("CreateTime", "")
        if not (seconds.isascii() and seconds.isdecimal() and len(seconds) <= 10):
            raise Malformed("The bell has no time", inbox=self._inbox)
        return [self.bell(told.get("Token", ""), at=datetime.fromtimestamp(int(seconds), UTC), raw=raw)]

    def bell(self, token: str, *, at: datetime, raw: bytes = b"") -> Bell:
        """Return a bell; WeCom's retry of one has the same identity. One without a token is our own."""
        word = hashlib.sha256(token.encode()).hexdigest()[:24] if token else "own"
        return Bell(
            inbox=self._inbox,
            provider_id=f"bell:{int(at.timestamp())}:{word}",
            sender=Address(channel=CHANNEL, user=self._account),
            sent_at=at,
            raw=raw,
            source=self._account,
            token=token,
        )


def _sealed(body: bytes) -> str:
    sealed = xml.read(body).get("Encrypt")
    if not isinstance(sealed, str) or not sealed:
        raise Malformed("The call holds no envelope", hint="WeCom always encrypts.")
    return sealed
