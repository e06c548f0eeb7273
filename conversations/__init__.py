"""Profiles, conversations, messages; `reply` is the one door out."""
