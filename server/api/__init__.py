"""REST under `/api/v1`: routes as data, one module per subject; `server/api/mount.py` puts them on the application."""
