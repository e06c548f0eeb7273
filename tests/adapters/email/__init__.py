"""Mail under test."""
