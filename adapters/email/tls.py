"""The TLS context of a mailbox: certificates are checked always, against an authority of its own where one is set."""

import asyncio
import ssl

from hub.errors import ChannelBroken


async def context(ca: str) -> ssl.SSLContext:
    """Return the context; reading the machine's authorities takes a disk, so it is done in a thread."""
    try:
        return await asyncio.to_thread(_context, ca)
    except (ssl.SSLError, ValueError) as error:
        raise ChannelBroken("The certificate authority cannot be read", hint="Look at `tls_ca`: PEM form.") from error


def _context(ca: str) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=ca or None)
