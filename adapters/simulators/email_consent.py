"""The authorisation server of the simulated mail house: consent page, codes, tokens (RFC 6749, 7636)."""

import base64
import hashlib
import html
import secrets
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from aiohttp import web
from msgspec import Struct

from hub.clock import Clock

CLIENT, SECRET = "simulated-client", "simulated-client-secret"


class Code(Struct, frozen=True, kw_only=True):
    """A code that was given and not redeemed yet."""

    redirect: str
    challenge: str


class Authority:
    """Gives tokens for one mailbox. `life` is that of an access token; `rotates`: each time another refresh token."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: dict[str, Code] = {}
        self._refresh: set[str] = set()
        self._access: dict[str, datetime] = {}
        self.life = timedelta(hours=1)
        self.rotates = True
        self.asked: list[dict[str, str]] = []
        """Forms that came to the token address, without their secrets."""

    def routes(self) -> list[web.RouteDef]:
        """Return its addresses."""
        return [
            web.get("/authorize", self._page),
            web.get("/agree", self._agree),
            web.post("/token", self._token),
        ]

    def good(self, token: str) -> bool:
        """Say whether an access token holds."""
        end = self._access.get(token)
        return end is not None and end > self._clock.now()

    def expire(self) -> None:
        """Let every access token end now."""
        self._access.clear()

    def revoke(self) -> None:
        """Take the consent back."""
        self._access.clear()
        self._refresh.clear()

    async def _page(self, request: web.Request) -> web.Response:
        """Show what is asked for, with a link to agree."""
        asked = request.query
        if asked.get("client_id") != CLIENT or asked.get("code_challenge_method") != "S256":
            return web.Response(status=400, text="unknown client, or no PKCE")
        link = html.escape(f"/agree?{urlencode(dict(asked))}", quote=True)
        scope = html.escape(asked.get("scope", ""))
        return web.Response(
            content_type="text/html", text=f'<h1>Simulated consent</h1><p>{scope}</p><a href="{link}">Agree</a>'
        )

    async def _agree(self, request: web.Request) -> web.Response:
        asked = request.query
        code = secrets.token_urlsafe(16)
        self._codes[code] = Code(redirect=asked["redirect_uri"], challenge=asked["code_challenge"])
        parts = urlsplit(asked["redirect_uri"])
        query = urlencode([*parse_qsl(parts.query), ("code", code), ("state", asked.get("state", ""))])
        return web.Response(status=302, headers={"Location": urlunsplit(parts._replace(query=query))})

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append({name: value for name, value in form.items() if name in ("grant_type", "redirect_uri")})
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return web.json_response({"error": "invalid_client"}, status=401)
        good = self._redeemed(form) if form.get("grant_type") == "authorization_code" else self._renewed(form)
        if not good:
            return web.json_response({"error": "invalid_grant", "error_description": "expired or revoked"}, status=400)
        return web.json_response(self._given(form))

    def _redeemed(self, form: dict[str, str]) -> bool:
        code = self._codes.pop(form.get("code", ""), None)
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(challenge).decode().rstrip("=")
        return code is not None and code.redirect == form.get("redirect_uri") and code.challenge == proof

    def _renewed(self, form: dict[str, str]) -> bool:
        return form.get("refresh_token", "") in self._refresh

    def _given(self, form: dict[str, str]) -> dict[str, object]:
        access = secrets.token_urlsafe(24)
        self._access[access] = self._clock.now() + self.life
        given: dict[str, object] = {
            "access_token": access, "token_type": "Bearer", "expires_in": int(self.life.total_seconds())
        }  # fmt: skip
        if self.rotates or form.get("grant_type") == "authorization_code":
            refresh = secrets.token_urlsafe(24)
            self._refresh.discard(form.get("refresh_token", ""))
            self._refresh.add(refresh)
            given["refresh_token"] = refresh
        return given
