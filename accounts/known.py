"""Who is behind a session cookie or an API token: asked with every request, so remembered for a moment.

Within this process a revocation is seen at once (the store tells of every commit); from another process within
`FRESH`. The cookie and the token themselves are never kept, only their digests.
"""

from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from msgspec import Struct

from accounts.actor import Actor
from accounts.permissions import GRANTS
from accounts.sessions import Session, Sessions, digest_of, seen
from accounts.tokens import PREFIX, Token, Tokens, used
from accounts.users import USERS, User
from hub.errors import Conflict
from hub.store.port import Store, Write

FRESH = timedelta(seconds=3)
MOST = 20_000


class Proof(Struct, frozen=True, kw_only=True):
    """What stood in the store when it was last asked."""

    row: Session | Token
    user: User
    read_at: datetime


class Memory:
    """Proofs by digest for a few seconds, forgotten the moment a row behind them changes here."""

    def __init__(self, store: Store) -> None:
        self._proofs: OrderedDict[str, Proof] = OrderedDict()
        self.changes = 0
        """Counts watched commits: what was read before one of them may be old and is not kept."""
        store.watch(self._watch)

    def recall(self, digest: str, at: datetime) -> Proof | None:
        """Return a proof that is fresh and not over."""
        proof = self._proofs.get(digest)
        if proof is None or at - proof.read_at >= FRESH or at < proof.read_at:
            return None
        return None if is_over(proof.row, at) else proof

    def keep(self, digest: str, proof: Proof, changes: int) -> None:
        """Remember a proof that was read when `changes` was counted."""
        if changes != self.changes:
            return
        self._proofs[digest] = proof
        self._proofs.move_to_end(digest)
        if len(self._proofs) > MOST:
            self._proofs.popitem(last=False)

    def _watch(self, writes: Sequence[Write]) -> None:
        for write in writes:
            if isinstance(write.doc, Session | Token):
                self.changes += 1
                self._proofs.pop(write.doc.digest, None)
            elif isinstance(write.doc, User):
                self.changes += 1
                self._forget(write.doc.id)

    def _forget(self, user: str) -> None:
        for digest in [digest for digest, proof in self._proofs.items() if proof.user.id == user]:
            del self._proofs[digest]


class KnownSessions:
    """Session cookies: who sent it, and the CSRF value that must come with writes."""

    def __init__(self, store: Store, sessions: Sessions, memory: Memory) -> None:
        self._store = store
        self._sessions = sessions
        self._memory = memory

    async def known(self, secret: str, at: datetime) -> tuple[Actor, str] | None:
        """Return who owns the live session and its CSRF value, or None."""
        proof = await self.proof(digest_of(secret), at)
        if proof is None or not isinstance(proof.row, Session):
            return None
        return actor_by_session(proof.user, proof.row), self._sessions.csrf(proof.row)

    async def proof(self, digest: str, at: datetime) -> Proof | None:
        """Return the live session and its user, or None; keeps the session from falling asleep."""
        known = self._memory.recall(digest, at)
        if known is not None:
            return known
        changes = self._memory.changes
        session = await self._sessions.find(digest, at)
        user = await self._store.get(USERS, session.user) if session else None
        if session is None or user is None or not user.active:
            return None
        proof = Proof(row=session, user=user, read_at=at)
        self._memory.keep(digest, proof, changes)
        await _noted(self._store, seen(session, at))
        return proof


class KnownTokens:
    """API tokens: for whom the program acts, and with which part of their permissions."""

    def __init__(self, store: Store, tokens: Tokens, memory: Memory) -> None:
        self._store = store
        self._tokens = tokens
        self._memory = memory

    async def known(self, secret: str, at: datetime) -> Actor | None:
        """Return who owns the live token, or None."""
        if not secret.startswith(PREFIX):
            return None
        digest = digest_of(secret)
        proof = self._memory.recall(digest, at) or await self._read(digest, at)
        if proof is None or not isinstance(proof.row, Token):
            return None
        return actor_by_token(proof.user, proof.row)

    async def _read(self, digest: str, at: datetime) -> Proof | None:
        changes = self._memory.changes
        token = await self._tokens.find(digest, at)
        user = await self._store.get(USERS, token.user) if token else None
        if token is None or user is None or not user.active:
            return None
        proof = Proof(row=token, user=user, read_at=at)
        self._memory.keep(digest, proof, changes)
        await _noted(self._store, used(token, at))
        return proof


def is_over(row: Session | Token, at: datetime) -> bool:
    """Whether its time has passed."""
    return row.expires_at is not None and at >= row.expires_at


def actor_by_session(user: User, session: Session) -> Actor:
    """Return the actor of a browser: all that the role grants."""
    return Actor(
        user=user.id, name=user.name, role=user.role, teams=user.teams,
        permissions=GRANTS[user.role], session=session.id,
    )  # fmt: skip


def actor_by_token(user: User, token: Token) -> Actor:
    """Return the actor of a program: what both the token and the role allow."""
    return Actor(
        user=user.id, name=user.name, role=user.role, teams=user.teams,
        permissions=GRANTS[user.role] & frozenset(token.permissions), token=token.id,
    )  # fmt: skip


async def _noted(store: Store, write: Write | None) -> None:
    """Store that it was used; another process that notes the same moment, or a revocation, is welcome to win."""
    if write is not None:
        with suppress(Conflict):
            await store.commit(write)
