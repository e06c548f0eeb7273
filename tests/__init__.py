"""One folder for each room; `journeys` tells whole stories."""
