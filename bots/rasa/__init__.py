"""A real Rasa server as a bot of ours: asked over REST, replaced while it is away, and compared with another."""
