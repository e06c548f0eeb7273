"""Beside the rooms: how fast and how small the hub is, each figure next to the floor measured in the same run."""
