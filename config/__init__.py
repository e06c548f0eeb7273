"""Settings, read once at start from environment and file."""
