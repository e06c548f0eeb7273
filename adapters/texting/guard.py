"""The secret in a webhook's address, for gateways that sign nothing: `/hooks/{inbox}?key=...`. Pure."""

import hmac

from adapters.contract import Request
from hub.errors import ChannelBroken, Unverified

PARAMETER = "key"


def check(request: Request, secret: str) -> None:
    """Return quietly when the address holds the secret; compared in constant time. Raises `Unverified`."""
    if not secret:
        raise ChannelBroken("This inbox has no secret in its address", hint="Set `hook_secret`.")
    given = request.query.get(PARAMETER, "")
    if not hmac.compare_digest(given.encode(), secret.encode()):
        raise Unverified(
            "The address was called without its secret", hint=f"Enter the address with ?{PARAMETER}= and `hook_secret`."
        )
