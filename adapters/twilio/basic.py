"""HTTP Basic authentication (RFC 7617), as Twilio's API and its media want it. Pure."""

import base64


def basic(user: str, password: str) -> str:
    """Return the value of `Authorization`."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"
