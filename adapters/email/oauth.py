"""Consent to use a mailbox at Google or Microsoft 365: the page to send an administrator to, the code, the renewal.

OAuth 2 authorisation code flow (RFC 6749 4.1) with PKCE (RFC 7636). Addresses and scopes:
https://developers.google.com/identity/protocols/oauth2/web-server, https://developers.google.com/gmail/imap/xoauth2-protocol
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow,
https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

import msgspec
from aiohttp import ClientError
from msgspec import Struct

from adapters.http import LARGEST
from adapters.lent import Token
from adapters.setup import Setup
from hub.errors import ChannelBroken, Refused, TryLater
from hub.keys import Keyring
from hub.secrets import Vault

PURPOSE = "mail.pkce"
ACCESS = "access"
EARLY = timedelta(minutes=2)
"""How long before its end a token is renewed: clocks differ."""
REFRESH = "refresh_token"
RENEW = "Authorise this inbox again, in its settings."


class House(Struct, frozen=True, kw_only=True):
    """Where a provider asks for consent and gives tokens, and for what we ask."""

    authorise: str
    token: str
    scope: str
    more: Mapping[str, str] = {}


HOUSES: Mapping[str, House] = {
    "google": House(
        authorise="https://accounts.google.com/o/oauth2/v2/auth",
        token="https://oauth2.googleapis.com/token",  # noqa: S106  # an address
        scope="https://mail.google.com/",
        more={"access_type": "offline", "prompt": "consent"},  # without both there is no refresh token
    ),
    "microsoft": House(
        authorise="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
        token="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",  # noqa: S106  # an address
        scope="https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access",
        more={"prompt": "select_account"},
    ),
}


class Granted(Struct, frozen=True, kw_only=True):
    """What the token address answers."""

    access_token: str
    expires_in: int = 3600
    refresh_token: str = ""


class Denied(Struct, frozen=True, kw_only=True):
    """What it answers when it does not give one (RFC 6749 5.2)."""

    error: str = ""
    error_description: str = ""


class Consent:
    """The tokens of one inbox."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    def url(self, state: str, redirect: str) -> str:
        """Return the page on which an administrator agrees."""
        told = {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": redirect,
            "scope": self._house.scope,
            "state": state,
            "code_challenge": _challenge(self._verifier(redirect)),
            "code_challenge_method": "S256",
            "login_hint": self._setup.text("address"),
            **self._house.more,
        }
        return f"{self._address('authorise')}?{urlencode(told)}"

    async def redeem(self, code: str, redirect: str) -> dict[str, str]:
        """Exchange the code for the refresh token that is kept; raises `Refused`."""
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": self._verifier(redirect),
        }
        granted = await self._ask(asked)
        if isinstance(granted, Denied):
            raise Refused("The provider does not take the code", error=granted.error[:64], hint=RENEW)
        if not granted.refresh_token:
            raise Refused("The provider gave no refresh token", hint="Take our access back there, and authorise again.")
        return {"refresh_token": granted.refresh_token}

    async def token(self) -> str:
        """Return an access token that holds; raises `ChannelBroken` when consent was taken back, or `TryLater`."""
        return await self._setup.lent_tokens.get(ACCESS, self._fetch)

    async def refused(self, token: str) -> None:
        """Say that a mail server did not take this access token."""
        await self._setup.lent_tokens.refused(ACCESS, token)

    async def _fetch(self) -> Token:
        refresh = await self._refresh_token()
        granted = await self._ask({"grant_type": "refresh_token", "refresh_token": refresh})
        if isinstance(granted, Denied):
            raise ChannelBroken("The provider has taken its consent back", error=granted.error[:64], hint=RENEW)
        if granted.refresh_token and granted.refresh_token != refresh:
            await self._keep(granted.refresh_token)
        life = max(timedelta(seconds=granted.expires_in) - EARLY, timedelta(seconds=1))
        return Token(value=granted.access_token, expires_at=self._setup.clock.now() + life)

    async def _refresh_token(self) -> str:
        """Return the latest one: Microsoft gives another each time, and each lives 90 days only."""
        given = self._setup.text("refresh_token")
        if not given:
            raise ChannelBroken("This inbox is not authorised", hint=RENEW)
        origin, _, sealed = (await self._setup.lent_marks.get(REFRESH)).partition(" ")
        if not sealed or origin != _origin(given):  # authorised anew since: the older line has ended
            return given
        return Vault(self._keys).open(sealed, self._setup.inbox, REFRESH)

    async def _keep(self, refresh: str) -> None:
        sealed = Vault(self._keys).seal(refresh, self._setup.inbox, REFRESH)
        await self._setup.lent_marks.set(REFRESH, f"{_origin(self._setup.text('refresh_token'))} {sealed}")

    async def _ask(self, what: Mapping[str, str]) -> Granted | Denied:
        """Ask the token address; what it says no to is `Denied`, what it cannot say now raises `TryLater`."""
        form = {**what, "client_id": self._client, "client_secret": self._setup.text("client_secret")}
        url = self._address("token")
        try:
            async with self._setup.http.post(url, data=form, allow_redirects=False) as answer:
                body, status = await answer.content.read(LARGEST), answer.status
        except (TimeoutError, ClientError) as error:
            raise TryLater("The provider of tokens cannot be reached", hint="Look at `token_url`.") from error
        if status == 429 or status >= 500:
            raise TryLater("The provider of tokens is busy", status=status)
        try:
            if status == 200:
                return msgspec.json.decode(body, type=Granted)
            return msgspec.json.decode(body, type=Denied)
        except ValueError as error:
            raise TryLater(
                "The provider of tokens makes no sense", status=status, hint="Look at `token_url`."
            ) from error

    @property
    def _house(self) -> House:
        house = HOUSES.get(self._setup.text("provider"))
        if house is None:
            raise ChannelBroken("This inbox logs in with a password", hint="Choose another `provider` to authorise it.")
        return house

    @property
    def _client(self) -> str:
        client = self._setup.text("client_id")
        if not client:
            raise ChannelBroken("There is no app to authorise", hint="Set `client_id` and `client_secret`.")
        return client

    def _address(self, which: str) -> str:
        house = self._house
        known = house.authorise if which == "authorise" else house.token
        return self._setup.text(f"{which}_url") or known.format(tenant=self._setup.text("tenant") or "organizations")

    @property
    def _keys(self) -> Keyring:
        if self._setup.keys is None:
            raise ChannelBroken("Mail has no keys to sign with", inbox=self._setup.inbox)
        return self._setup.keys

    def _verifier(self, redirect: str) -> str:
        """Return the PKCE verifier: ours alone, and found again by whichever process the code comes back to."""
        key = self._keys.derive(PURPOSE).newest.material
        said = f"{self._setup.inbox}\0{self._client}\0{redirect}".encode()
        return base64.urlsafe_b64encode(hmac.digest(key, said, hashlib.sha256)).decode().rstrip("=")


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _origin(given: str) -> str:
    return hashlib.sha256(given.encode()).hexdigest()[:16]
