"""Several processes over one MongoDB and one Redis."""
