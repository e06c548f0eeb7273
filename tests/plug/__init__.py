"""Pull the plug: power goes at every durable step, and everything still happens once."""
