"""HTTP, sockets, loops, wiring, command line: the only floor that sees adapters and config."""
