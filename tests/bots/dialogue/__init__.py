"""Tests of the built-in dialogue."""
