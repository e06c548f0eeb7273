"""Identifiers: UUIDv7 text, so that ids sort by the time they were made (RFC 9562, section 5.7)."""

import uuid_utils


def new_id() -> str:
    """Return a new UUIDv7 in its 36-character lower-case form."""
    return str(uuid_utils.uuid7())
