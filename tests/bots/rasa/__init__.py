"""Tests of bots/rasa."""
