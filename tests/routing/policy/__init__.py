"""The pure policy of routing."""
