"""A MongoDB stand-in that aborts a transaction nobody goes on with after two seconds, not after sixty.

    python -m tests.hub.work.hasty_mongo <port> <folder>

A process that is killed in the middle of a transaction leaves its documents locked for that long, as it does on a
real server (`transactionLifetimeLimitSeconds`).
"""

from __future__ import annotations

import sys

from secantus.server import SecantusDBServer

LIFETIME = 2.0

if __name__ == "__main__":
    server = SecantusDBServer(
        port=int(sys.argv[1]),
        storage_path=sys.argv[2],
        cache_size="256M",
        sync_on_commit=True,
        transaction_lifetime_seconds=LIFETIME,
    )
    server.start()
    server.wait()
