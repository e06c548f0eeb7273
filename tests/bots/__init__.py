"""Bots: definition, likeness, the FAQ bot, and turns over a real store."""
