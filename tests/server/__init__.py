"""The whole server, over real HTTP and real sockets, on a real store."""
