"""The embedded engine: SQLite inside the process, one writer thread, a few readers."""

from hub.store.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
