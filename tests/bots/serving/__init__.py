"""Bots as they are kept, trained and let answer."""
