"""Staff: who may come in, what they may do, and what is kept of it."""
