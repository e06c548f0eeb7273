"""Entities, proved by tables of expressions, by any text at all and by small bots."""
