"""The soak: a real server killed again and again under load."""
