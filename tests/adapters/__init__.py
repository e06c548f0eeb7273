"""Channels under test."""
