"""Who a visitor is: the token they carry, and the identity the host page vouches for. Pure."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from hub.errors import ChannelBroken, Unverified
from hub.keys import Keyring
from hub.model import Sender
from hub.signing import Signed, Signer

LASTS = timedelta(days=30)
RENEW = timedelta(days=23)
"""A token with less left than this is replaced when a session is opened."""

Known = Annotated[str, Meta(max_length=256)]


class Visitor(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a token says: one visitor of one inbox. `verified`: the host page proved who it is."""

    inbox: str
    visitor: str
    name: Annotated[str, Meta(max_length=128)] = ""
    email: Known = ""
    phone: Annotated[str, Meta(max_length=32)] = ""
    language: Annotated[str, Meta(max_length=35)] = ""
    page: Annotated[str, Meta(max_length=500)] = ""
    verified: bool = False

    @property
    def sender(self) -> Sender:
        """Return what a message of this visitor tells about them."""
        proved = tuple(name for name in ("name", "email", "phone") if getattr(self, name)) if self.verified else ()
        told = {name: getattr(self, name) for name in ("email", "phone", "page") if getattr(self, name)}
        return Sender(name=self.name, language=self.language, attributes=told, verified=proved)


class Identity(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the host page says about its logged-in user; `hmac` = hex HMAC-SHA256(identity secret, id)."""

    id: Annotated[str, Meta(min_length=1, max_length=256)]
    name: Annotated[str, Meta(max_length=128)] = ""
    email: Known = ""
    phone: Annotated[str, Meta(max_length=32)] = ""
    hmac: Annotated[str, Meta(max_length=64)] = ""


def signer(keys: Keyring) -> Signer[Visitor]:
    """Return what makes and checks visitor tokens."""
    return Signer(keys, "webchat.visitor", Visitor)


def verify(signing: Signer[Visitor], token: str, inbox: str, mode: str, at: datetime) -> Signed[Visitor]:
    """Return the token's visitor; raises `Unverified` for another inbox, or where an unproved one is not enough."""
    signed = signing.verify(token, at)
    if signed.payload.inbox != inbox:
        raise Unverified("The token belongs to another inbox", hint="Open a session with this site key.")
    if mode == "required" and not signed.payload.verified:
        raise Unverified("This inbox asks for a verified identity", hint="Pass `identity` with its `hmac`.")
    return signed


def anonymous() -> str:
    """Return the id of a new visitor: 128 random bits."""
    return f"v_{secrets.token_hex(16)}"


def known(inbox: str, identity: str) -> str:
    """Return the id of a verified person, the same on every device."""
    return "u_" + hashlib.sha256(f"{inbox}/{identity}".encode()).hexdigest()[:32]


def prove(identity: Identity, keys: Sequence[str]) -> None:
    """Return quietly when one of the secrets signed the id; raises `Unverified`, or `ChannelBroken` without secrets."""
    if not any(keys):
        raise ChannelBroken("This inbox has no identity secret", hint="Set `identity_secret`, or turn `identity` off.")
    given = identity.hmac.lower().encode()
    good = [hmac.compare_digest(proof(key, identity.id).encode(), given) for key in keys if key]
    if not any(good):
        raise Unverified(
            "The identity is not signed", hint="`hmac` is hex HMAC-SHA256 of the id with the inbox's `identity_secret`."
        )


def proof(key: str, identity: str) -> str:
    """Return what the host page's server computes for one of its users."""
    return hmac.new(key.encode(), identity.encode(), hashlib.sha256).hexdigest()
