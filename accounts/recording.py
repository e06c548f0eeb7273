"""Let a service of another floor commit its write together with the audit record, without its knowing of audit."""

from collections.abc import Awaitable, Callable

from accounts.actor import Act
from accounts.audit import Audit, Entry
from accounts.changes import changed
from hub.store.port import Delete, Document, Write

Commit = Callable[..., Awaitable[None]]
"""`Store.commit`, or what stands in for it."""


def recording(audit: Audit, act: Act, action: str, before: Document | None = None) -> Commit:
    """Return a commit that writes the act down too: the target and what changed are read off its first write.

    `before` is the document that a put replaces.
    """

    async def commit(*writes: Write) -> None:
        first = writes[0]
        gone = isinstance(first, Delete)
        told = changed(first.doc if gone else before, None if gone else first.doc)
        await audit.commit(act, Entry(action=action, target=first.doc.id, changes=told), *writes)

    return commit
