"""Twilio's proof of a webhook: HMAC over the address and the sorted fields, or over the address and the body's hash.

https://www.twilio.com/docs/usage/webhooks/webhooks-security; the header that names a shared key as in twilio-python
9.13. Which secret counts is decided by our settings, never by that header. Pure.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct

from adapters.contract import Request
from adapters.setup import Setup
from adapters.twilio import form
from hub.errors import Malformed, Unverified

SIGNATURE, SETTINGS = "x-twilio-signature", "x-twilio-webhooks-signature-settings"
DIGESTS = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}
HINT = "Compare `auth_token`, and the address entered at Twilio with `public_url`."
SHARED_HINT = "Compare `shared_key_id` and `shared_key_secret` with Twilio's console."


class Key(Struct, frozen=True, kw_only=True):
    """A secret and how it signs; never shown in a log."""

    secret: bytes
    digest: str
    hint: str

    def __repr__(self) -> str:
        """Keep the secret out of logs."""
        return f"Key(digest={self.digest!r})"


def check(request: Request, setup: Setup) -> None:
    """Return quietly when Twilio signed it with the key of this inbox; raises `Unverified`."""
    key = _key(request, setup)
    given = request.headers.get(SIGNATURE, "").encode()
    if not given:
        raise Unverified("Twilio's signature is missing", hint=key.hint)
    try:
        signed = _fields(request)
    except Malformed as error:
        raise Unverified("The body is no form, so nothing can prove it", hint=key.hint) from error
    proofs = [_proof(key, f"{url}{signed}") for url in addresses(request.url, setup.text("public_url"))]
    # Both are compared, so that the time taken tells nothing about which one was close.
    if not any([hmac.compare_digest(proof, given) for proof in proofs]):
        raise Unverified("Twilio's signature does not match", hint=key.hint)


def addresses(url: str, public: str = "") -> Iterator[str]:
    """Give the address as Twilio may have signed it: with and without its port, which Twilio itself does not know."""
    called = urlsplit(url)
    if public:
        told = urlsplit(public)
        called = told._replace(query="&".join(part for part in (told.query, called.query) if part))
    host = called.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = called.port or (443 if called.scheme == "https" else 80)
    for place in (host, f"{host}:{port}"):
        yield called._replace(netloc=place).geturl()


def _key(request: Request, setup: Setup) -> Key:
    told = dict(part.strip().partition("=")[::2] for part in request.headers.get(SETTINGS, "").split(","))
    shared = setup.text("shared_key_id")
    if not shared:
        if told.get("key"):
            raise Unverified("Twilio signed with a shared key that this inbox does not know", hint=SHARED_HINT)
        return Key(secret=setup.text("auth_token").encode(), digest="sha1", hint=HINT)
    secret = setup.text("shared_key_secret")
    named = hmac.compare_digest(told.get("key", "").encode(), shared.encode())
    if not secret or not named or told.get("algorithm", "").upper() != "HMAC_SHA256":
        raise Unverified("It is not signed with the shared key of this inbox", hint=SHARED_HINT)
    return Key(secret=secret.encode(), digest=DIGESTS["HMAC_SHA256"], hint=SHARED_HINT)


def _fields(request: Request) -> str:
    """Return what follows the address: each name with each of its values once, sorted; nothing for JSON."""
    if form.is_json(request):
        _body_is_named(request)
        return ""
    return "".join(f"{name}{value}" for name, value in sorted(set(form.pairs(request))))


def _body_is_named(request: Request) -> None:
    named = parse_qs(urlsplit(request.url).query).get("bodySHA256", [""])[0]
    real = hashlib.sha256(request.body).hexdigest()
    if not hmac.compare_digest(named.lower().encode(), real.encode()):
        raise Unverified("The address does not prove this body", hint="Twilio puts bodySHA256 into the address.")


def _proof(key: Key, text: str) -> bytes:
    return base64.b64encode(hmac.digest(key.secret, text.encode(), key.digest))
