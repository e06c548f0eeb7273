"""Tests of bots/project."""
