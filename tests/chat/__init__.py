"""Web chat under test."""
