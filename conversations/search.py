"""Search over all messages: terms by the index, words by the text, visibility by the conversation; newest first."""

import re
from collections.abc import Sequence

from msgspec import Struct, structs

from conversations.cursors import pack, unpack
from conversations.mails import searched
from conversations.model import CONVERSATIONS, MESSAGES, Conversation, Message
from conversations.terms import Query, normal, parse
from conversations.views import Viewer, may_see
from hub.store.port import By, Has, Store

BATCHES = (100, 300, 600)
"""Messages looked at for one page before it is handed out short, with a cursor to go on."""
BEFORE = 30
SNIPPET = 160


class Range(Struct, frozen=True, kw_only=True):
    """Characters [start, end) of the snippet that were searched for."""

    start: int
    end: int


class Hit(Struct, frozen=True, kw_only=True):
    """One message that was found, with its conversation and the words around the first match."""

    message: Message
    conversation: Conversation
    snippet: str
    highlights: tuple[Range, ...]


class Hits(Struct, frozen=True, kw_only=True):
    """One page; `next` may be set on a short page when there was much to pass over."""

    items: tuple[Hit, ...]
    next: str | None = None


class Search:
    """Finds messages by what was said in them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, text: str, viewer: Viewer, *, after: str | None = None, limit: int = 20) -> Hits:
        """Return what this person may see of the messages that hold every word of `text`."""
        query = parse(text)
        if not query.terms:
            return Hits(items=())
        last: str | None = unpack(after, (str,))[0] if after else None
        found: list[Hit] = []
        for size in BATCHES:
            page = await self._read(query, last, size)
            found += await self._visible(page, query, viewer, limit + 1 - len(found))
            if len(found) > limit:
                return Hits(items=tuple(found[:limit]), next=pack((found[limit - 1].message.id,)))
            if len(page) < size:
                return Hits(items=tuple(found))
            last = page[-1].id
        return Hits(items=tuple(found), next=pack((last or "",)))

    async def _read(self, query: Query, last: str | None, size: int) -> list[Message]:
        return await self._store.find(
            MESSAGES, Has("terms", query.terms), order=(By("id", descending=True),), limit=size,
            after=(last,) if last else None,
        )  # fmt: skip

    async def _visible(self, messages: Sequence[Message], query: Query, viewer: Viewer, most: int) -> list[Hit]:
        ids = list(dict.fromkeys(message.conversation for message in messages))
        known = {row.id: row for row in await self._store.get_many(CONVERSATIONS, ids)}
        hits: list[Hit] = []
        for message in messages:
            if len(hits) == most:
                break
            conversation = known.get(message.conversation)
            if conversation is not None and may_see(viewer, conversation):
                hit = _hit(message, conversation, query)
                if hit is not None:
                    hits.append(hit)
        return hits


def _hit(message: Message, conversation: Conversation, query: Query) -> Hit | None:
    """Return the hit, or None when the words are only neighbours by chance: a term is shorter than its word."""
    text = searched(message.parts, message.subject)
    known, places = _mapped(text)
    if not all(word in known for word in query.words):
        return None
    first = min(places[known.index(word)] for word in query.words)
    start = max(0, first - BEFORE)
    snippet = text[start : start + SNIPPET]
    return Hit(
        message=structs.replace(message, terms=()),
        conversation=conversation,
        snippet=snippet,
        highlights=highlights(snippet, query.words),
    )


def highlights(snippet: str, words: Sequence[str]) -> tuple[Range, ...]:
    """Return where the words stand in the snippet as it was written; overlapping ones are joined."""
    known, places = _mapped(snippet)
    ends = [*places[1:], len(snippet)]
    spans = sorted(
        (places[match.start()], ends[match.end() - 1])
        for word in words
        for match in re.finditer(re.escape(word), known)
    )
    joined: list[Range] = []
    for start, end in spans:
        if joined and start <= joined[-1].end:
            joined[-1] = Range(start=joined[-1].start, end=max(end, joined[-1].end))
        else:
            joined.append(Range(start=start, end=end))
    return tuple(joined)


def _mapped(text: str) -> tuple[str, list[int]]:
    """Return the text as it is compared, and for each of its characters the place it came from.

    Character by character, for a full-width or joined one may become several.
    """
    pieces = [normal(sign) for sign in text]
    places = [place for place, piece in enumerate(pieces) for _ in piece]
    return "".join(pieces), places
