"""API tokens: how programs prove which member of staff they act for, with a part of that person's permissions."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct, structs

from accounts.actor import Act
from accounts.audit import Audit, Change, Deed, Entry
from accounts.permissions import Permission
from accounts.sessions import digest_of
from accounts.users import Name, clean_name
from hub.clock import to_millis
from hub.errors import Forbidden, Invalid, NotFound
from hub.ids import new_id
from hub.store.port import By, Collection, Delete, Document, Eq, Index, Insert, Store, Write, put

PREFIX = "yz_"
MOST = 50
COARSE = timedelta(minutes=5)


class Token(Document, frozen=True, kw_only=True):
    """One program's key. What it may do is what stands here and the owner's role still grants."""

    digest: str
    user: str
    name: str
    permissions: tuple[Permission, ...]
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None

    def __repr__(self) -> str:
        """Leave the digest out."""
        return f"Token({self.id}, user={self.user})"


TOKENS = Collection("tokens", Token, Index(("digest",), unique=True), Index(("user", "created_at", "id")))


class NewToken(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person says of a new token of theirs; without `expires_at` it is good until it is revoked.

    Without `permissions` it gets all that its owner has now.
    """

    name: Name
    permissions: Annotated[tuple[Permission, ...], Meta(min_length=1, max_length=100)] | None = None
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None


class Issued(Struct, frozen=True, kw_only=True):
    """A new token with its secret, which is shown this once."""

    token: Token
    secret: str

    def __repr__(self) -> str:
        """Leave the secret out."""
        return f"Issued({self.token!r})"


class Tokens:
    """Issues, lists and revokes the tokens of one person at a time."""

    def __init__(self, store: Store, audit: Audit) -> None:
        self._store = store
        self._audit = audit

    async def all_of(self, user: str) -> list[Token]:
        """Return a user's tokens, oldest first."""
        return await self._store.find(TOKENS, Eq("user", user), order=(By("created_at"), By("id")), limit=MOST)

    async def find(self, digest: str, at: datetime) -> Token | None:
        """Return the token that is not over, or None."""
        found = await self._store.find(TOKENS, Eq("digest", digest), limit=1)
        if not found or (found[0].expires_at is not None and at >= found[0].expires_at):
            return None
        return found[0]

    async def issue(self, act: Act, new: NewToken) -> Issued:
        """Make a token of the actor's own; raises `Forbidden` for a permission they lack, or to another token."""
        act.actor.must(Permission.TOKENS_OWN)
        if act.actor.session is None:
            raise Forbidden("A token cannot make tokens", hint="Log in with a browser.")
        wanted = act.actor.permissions if new.permissions is None else frozenset(new.permissions)
        for permission in sorted(wanted):
            act.actor.must(permission)
        ends = None if new.expires_at is None else to_millis(new.expires_at.astimezone(UTC))
        if ends is not None and ends <= act.at:
            raise Invalid("A token must end in the future", path="$.expires_at")
        secret = PREFIX + secrets.token_urlsafe(32)
        token = Token(
            id=new_id(), digest=digest_of(secret), user=act.actor.user, name=clean_name(new.name),
            permissions=tuple(sorted(wanted)), created_at=act.at, expires_at=ends,
        )  # fmt: skip
        return await self._audit.perform(act, lambda: self._issued(token, secret))

    async def _issued(self, token: Token, secret: str) -> Deed[Issued]:
        if len(await self.all_of(token.user)) >= MOST:
            raise Invalid(f"A person has at most {MOST} tokens", hint="Revoke one that is no longer used.")
        told = (Change(field="name", after=token.name), Change(field="permissions", after=" ".join(token.permissions)))
        return Deed(
            result=Issued(token=token, secret=secret),
            writes=(Insert(TOKENS, token),),
            entry=Entry(action="token.issued", target=token.id, changes=told),
        )

    async def revoke(self, act: Act, id: str) -> None:
        """End one of the actor's own tokens; raises `NotFound` for anybody else's."""
        await self._audit.perform(act, lambda: self._revoked(act.actor.user, id))

    async def _revoked(self, user: str, id: str) -> Deed[None]:
        token = await self._store.get(TOKENS, id)
        if token is None or token.user != user:
            raise NotFound("No such token", token=id)
        gone = (Change(field="name", before=token.name),)
        entry = Entry(action="token.revoked", target=id, changes=gone)
        return Deed(result=None, writes=(Delete(TOKENS, token),), entry=entry)

    async def endings(self, user: str) -> tuple[Write, ...]:
        """Return the writes that end every token of the user."""
        return tuple(Delete(TOKENS, token) for token in await self.all_of(user))


def used(token: Token, at: datetime) -> Write | None:
    """Return the write that notes the use, or None while the last note is fresh enough."""
    if token.last_used_at is not None and at - token.last_used_at < COARSE:
        return None
    return put(TOKENS, token, structs.replace(token, last_used_at=at))
