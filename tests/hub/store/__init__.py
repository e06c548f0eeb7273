"""One contract suite over both engines."""
