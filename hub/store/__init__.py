"""The store: one small port, two engines (SQLite in the process, MongoDB beside it)."""
