"""The webhook of an account: is it WeChat that calls, and what lies in its envelope? Pure.

Encrypted mode: `msg_signature` covers the envelope, AES and the account's id the rest. In compatible mode a plain copy
lies beside the envelope; it is never looked at. Plain mode signs time and nonce only: whoever sees one address of such
a call may forge messages while it is young.
"""

from datetime import datetime

import msgspec

from adapters.contract import Ack, Request
from adapters.setup import Setup
from adapters.weixin import envelope, push
from adapters.weixin.envelope import Seal
from hub.errors import Malformed, Unverified

PLAIN = "plain"
SUCCESS = b"success"


class Door:
    """One inbox's webhook. The secrets stay in the set-up."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._tolerance = msgspec.convert(setup.settings.get("tolerance_seconds", 600), int)
        keys = (setup.text("encoding_aes_key"), setup.text("encoding_aes_key_before"))
        self._seal = None if self.plain else Seal(keys, setup.text("app_id"))

    @property
    def plain(self) -> bool:
        """Say whether messages come without an envelope."""
        return self._setup.text("mode") == PLAIN

    def verify(self, request: Request) -> None:
        """Check the signatures and that the envelope is ours; raises `Unverified`."""
        self._signed(request, at=request.at)
        if self._seal is not None:
            self._open(self._seal, request)

    def challenge(self, request: Request) -> Ack | None:
        """Answer the check of the address with its own word (`echostr`)."""
        word = request.query.get("echostr", "")
        if request.method != "GET" or not word:
            return None
        self._signed(request, at=request.at)
        return Ack(body=word.encode())

    def inside(self, request: Request) -> bytes:
        """Return the message itself; raises `Malformed`."""
        if self._seal is None:
            return request.body
        try:
            return self._seal.open(_sealed(request.body))
        except Unverified as error:
            raise Malformed("The envelope cannot be opened", inbox=self._setup.inbox, reason=error.message) from None

    def _signed(self, request: Request, *sealed: str, at: datetime, name: str = "signature") -> None:
        token = self._setup.text("token")
        envelope.check(request.query, token, *sealed, at=at, tolerance=self._tolerance, name=name)

    def _open(self, seal: Seal, request: Request) -> None:
        try:
            sealed = _sealed(request.body)
        except Malformed as error:
            raise Unverified("No envelope of WeChat's", hint="Choose encrypted mode at WeChat (安全模式).") from error
        if not sealed:
            raise Unverified("The message came without an envelope", hint="Choose encrypted mode at WeChat (安全模式).")
        self._signed(request, sealed, at=request.at, name="msg_signature")
        seal.open(sealed)


def _sealed(body: bytes) -> str:
    return push.sealed(body)
