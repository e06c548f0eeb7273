"""Bots as they are kept: drafts, versions, what goes live, what was missed. `bots/shelf.py` lets them answer."""
