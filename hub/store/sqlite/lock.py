"""One process, one file: the kernel's lock beside the database, let go when its holder dies."""

import fcntl
import os
from pathlib import Path

from hub.errors import HubError


class Lock:
    """The exclusive lock of one database file."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        self._file = -1

    def take(self) -> None:
        """Take the lock or raise `HubError` at once."""
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(file)
            raise HubError(
                "Another process has this database open",
                path=str(self._path),
                hint="One process per SQLite file; to run several, set `store` to a mongodb:// address.",
            ) from error
        self._file = file

    def release(self) -> None:
        """Let go; the file stays, because removing it would let two processes lock two files of one name."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
