"""One's own API tokens."""

from datetime import datetime

from msgspec import Struct

from accounts.permissions import Permission
from accounts.tokens import NewToken, Token
from server.api.accounts.shown import act_of
from server.api.contract import Call, Routes

routes = Routes("tokens")


class TokenShown(Struct, frozen=True, kw_only=True):
    """A token; its secret is in the answer that made it, and never again."""

    id: str
    name: str
    permissions: tuple[Permission, ...]
    created_at: datetime
    expires_at: datetime | None = None
    used_at: datetime | None = None
    secret: str | None = None

    def __repr__(self) -> str:
        """Leave the secret out."""
        return f"TokenShown({self.id})"


class TokensShown(Struct, frozen=True, kw_only=True):
    """One's own tokens, oldest first."""

    items: tuple[TokenShown, ...]
    next: str | None = None


def show_token(token: Token, secret: str | None = None) -> TokenShown:
    """Show a token."""
    return TokenShown(
        id=token.id, name=token.name, permissions=token.permissions, created_at=token.created_at,
        expires_at=token.expires_at, used_at=token.last_used_at, secret=secret,
    )  # fmt: skip


@routes.get("/tokens", permission=Permission.TOKENS_OWN)
async def list_tokens(call: Call) -> TokensShown:
    """List one's own tokens."""
    return TokensShown(items=tuple(map(show_token, await call.hub.accounts.tokens.all_of(call.actor.user))))


@routes.post("/tokens", permission=Permission.TOKENS_OWN, status=201)
async def create_token(call: Call, body: NewToken) -> TokenShown:
    """Make a token with a part of one's own permissions; the secret is shown this once."""
    issued = await call.hub.accounts.tokens.issue(act_of(call), body)
    return show_token(issued.token, issued.secret)


@routes.delete("/tokens/{id}", permission=Permission.TOKENS_OWN)
async def revoke_token(call: Call, id: str) -> None:
    """Revoke one of one's own tokens, at once."""
    await call.hub.accounts.tokens.revoke(act_of(call), id)
