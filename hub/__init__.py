"""The kernel: model, errors, clock, store, work, ingest, outbox, blobs. Knows no channel and no rule of the trade."""
