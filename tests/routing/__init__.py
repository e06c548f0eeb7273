"""Routing: the pure policy, and the room at work over a real store."""
