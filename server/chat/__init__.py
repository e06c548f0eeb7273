"""The public side of web chat (docs/protocols.md, section 3): what a visitor's browser speaks with the hub."""
