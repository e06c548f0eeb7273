"""Bring the write-ahead log home in the background, so that no commit waits for it.

SQLite's own checkpoint runs inside a COMMIT. A passive one on a connection of its own blocks neither writer nor
readers; the writer's stays as a backstop for when this one cannot keep up.
"""

import sqlite3
import threading

import structlog

logger = structlog.get_logger(__name__)
EVERY = 1000
"""After so many written documents."""


class Checkpoints(threading.Thread):
    """Sleeps until enough was written."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(name="store-checkpoint", daemon=True)
        self._connection = connection
        self._written = 0
        self._wanted = threading.Event()
        self._stopped = False

    def count(self, written: int) -> None:
        """Hear from the writer how many documents it has written."""
        self._written += written
        if self._written >= EVERY:
            self._written = 0
            self._wanted.set()

    def stop(self) -> None:
        """Let the thread end."""
        self._stopped = True
        self._wanted.set()

    def run(self) -> None:
        """Checkpoint whenever it is wanted."""
        while self._wanted.wait() and not self._stopped:
            self._wanted.clear()
            try:
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            except sqlite3.Error as error:  # the writer will meet the same fault, and tells those who wait
                logger.warning("The write-ahead log could not be brought home", reason=str(error))
        self._connection.close()
