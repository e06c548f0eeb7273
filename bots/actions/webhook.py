"""Calls that prove who makes them, signed as Standard Webhooks (`hub/standard_webhooks.py`): actions and look-ups.

An action is asked for as of a Rasa SDK server, so that one may stand behind a check of the signature. A look-up sends
{action, conversation, slots} and is answered with one flat object.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

import msgspec
from aiohttp import ClientSession
from msgspec import Struct

from bots.actions.calling import SECONDS, Reply, Unanswered, post
from bots.actions.sdk import asked, heard
from bots.dialogue.actions import Done, Failed, Told
from bots.project.model import Json, Project
from hub.errors import ChannelBroken, NotFound
from hub.ids import new_id
from hub.standard_webhooks import sign

Secret = Callable[[str], Awaitable[str]]
"""Returns a signing secret by its name; raises `NotFound`, or `ChannelBroken` when it cannot be opened."""


class Question(Struct, frozen=True, kw_only=True):
    """What a look-up sends."""

    action: str
    conversation: str
    slots: Mapping[str, Json]


class Signed:
    """One process's signed calls. `secret` finds the secrets of one bot."""

    def __init__(self, http: ClientSession, secret: Secret) -> None:
        self._http = http
        self._secret = secret

    async def run(
        self, url: str, secret: str, name: str, tracker: Told, project: Project, *, at: datetime,
        seconds: float = SECONDS,
    ) -> Done:  # fmt: skip
        """Run one action there; raises `Rejected` or `Failed`."""
        return heard(name, await self._post(url, secret, asked(name, tracker, project), at, seconds))

    async def look_up(
        self, url: str, secret: str, question: Question, *, at: datetime, seconds: float = SECONDS
    ) -> Mapping[str, Json] | None:
        """Return what is known, or None for 404: nobody of that number. Raises `Failed`."""
        reply = await self._post(url, secret, msgspec.json.encode(question), at, seconds)
        if reply.status == 404:
            return None
        if reply.status >= 500:
            raise Unanswered("The look-up failed", status=reply.status)
        if reply.status != 200:
            raise Failed("The look-up was refused", status=reply.status)
        try:
            return msgspec.json.decode(reply.body, type=dict[str, Json])
        except (ValueError, RecursionError) as error:
            raise Failed("Not the answer of a look-up", hint="Answer one JSON object.") from error

    async def _post(self, url: str, secret: str, body: bytes, at: datetime, seconds: float) -> Reply:
        try:
            proof = sign(await self._secret(secret), new_id(), at, body)
        except (NotFound, ChannelBroken) as error:
            raise Failed("There is no usable secret of this name", secret=secret, hint=error.hint) from error
        return await post(self._http, url, body, headers=proof, seconds=seconds)
