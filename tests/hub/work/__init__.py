"""Jobs, lanes and the engine that works them."""
