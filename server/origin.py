"""Where a request comes from: the caller's address behind trusted proxies, and whether a browser page is ours."""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from aiohttp import web

from hub.errors import Forbidden

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Proxies:
    """The networks whose forwarding headers are believed; everybody else's are ignored."""

    def __init__(self, networks: Sequence[str]) -> None:
        self._networks = tuple(ip_network(network, strict=False) for network in networks)

    def client(self, request: web.BaseRequest) -> str:
        """Return the caller's address: the nearest one that is no trusted proxy."""
        nearest = request.remote or ""
        if not self._networks:
            return nearest
        for told in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
            if not self._trusts(nearest):
                return nearest
            nearest = told.strip() or nearest
        return nearest

    def _trusts(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)


def same_origin(request: web.BaseRequest, public_url: str) -> bool:
    """Say whether the page that sent this is ours; a program, which sends neither header, passes.

    A browser names the page's origin itself; it is ours when it is the public address or the very host asked.
    """
    origin = request.headers.get("Origin")
    if origin is not None:
        return bool(origin) and (origin == public_url or urlsplit(origin).netloc == request.headers.get("Host"))
    return request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none")


def need_same_origin(request: web.BaseRequest, public_url: str) -> None:
    """Return quietly, or raise `Forbidden` for a page of another origin."""
    if not same_origin(request, public_url):
        raise Forbidden(
            "A page of another origin may not do that",
            origin=request.headers.get("Origin", ""),
            hint="Set `public_url` (YIZHAN_PUBLIC_URL) to the address people open.",
        )
