"""The routing simulator over HTTP."""
