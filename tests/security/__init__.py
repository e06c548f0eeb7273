"""The whole hub behind HTTP, as somebody with bad intentions meets it."""
