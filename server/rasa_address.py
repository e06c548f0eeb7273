"""The address that a Rasa server calls back: signed for one bot, not to be guessed, closed by giving the bot another.

Whoever knows it speaks as that bot, so it is shown to those who manage bots, and to nobody else.
"""

from datetime import timedelta
from hmac import compare_digest

from msgspec import Struct

from bots.serving.rows import BOTS, BotRow, Way
from hub.errors import Unverified
from hub.signing import Signer
from server.parts import Hub

PATH = "/rasa/{token}"
LIFE = timedelta(days=36500)
"""An address holds until the bot gets another, or its key is taken out of `secret_keys`."""
HINT = "Take the address from the bot's page; it is another one after a change, or when `secret_keys` lost its key."


class Caller(Struct, frozen=True, kw_only=True):
    """What the token says: which bot, by which door of it."""

    bot: str
    door: str


def address(hub: Hub, row: BotRow) -> str:
    """Return the address for `callback: url:` of the server's credentials.yml; "" when it answers within the call."""
    if row.remote is None or row.remote.way is not Way.CALLBACK:
        return ""
    token = _signer(hub).sign(Caller(bot=row.id, door=row.remote.door), until=row.made_at + LIFE)
    return f"{hub.address}{PATH.format(token=token)}"


async def caller(hub: Hub, token: str) -> BotRow:
    """Return the bot whose address it is; raises `Unverified`."""
    try:
        told = _signer(hub).verify(token, hub.clock.now()).payload
    except Unverified as error:
        raise Unverified(error.message, hint=HINT) from error
    row = await hub.store.get(BOTS, told.bot)
    remote = row.remote if row else None
    if row is None or remote is None or remote.way is not Way.CALLBACK or not compare_digest(remote.door, told.door):
        raise Unverified("This address is no longer that of a bot", hint=HINT)
    return row


def _signer(hub: Hub) -> Signer[Caller]:
    return Signer(hub.keyring, "rasa callback", Caller)
