"""Mail over real servers, and over the simulator where a server has to misbehave."""
