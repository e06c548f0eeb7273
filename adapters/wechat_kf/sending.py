"""Handing one answer to WeCom: under an id made of ours, as the welcome when one is due, in a session that is ours.

Source: https://developer.work.weixin.qq.com/document/path/94677 (`send_msg`) and .../path/95122 (`send_msg_on_event`).
"""

import hashlib
import re
from datetime import datetime

from msgspec import Struct

from adapters.setup import Setup
from adapters.wechat_kf import content, meanings
from adapters.wechat_kf.sessions import Session, Sessions, State
from adapters.wechat_kf.shelf import Shelf
from adapters.weixin.client import Client
from hub.errors import Refused, WindowClosed
from hub.model import Attachment, Card, Choices, Outbound, Part, Text

ALLOWED = re.compile(r"[0-9A-Za-z_-]{1,32}")


class Sent(Struct, frozen=True, kw_only=True):
    """The answer to a message."""

    msgid: str = ""


class Sending:
    """Sends for one account."""

    def __init__(self, setup: Setup, client: Client, sessions: Sessions, shelf: Shelf) -> None:
        self._setup = setup
        self._client = client
        self._sessions = sessions
        self._shelf = shelf

    async def send(self, message: Outbound, part: Part) -> str:
        """Send one part; that WeCom has taken it before is as good as taking it now."""
        id = msgid(message.id)
        rendered = content.render(part, await self._media_id(part), tail=self._setup.text("menu_tail"))
        if isinstance(part, Text | Choices) and await self._welcomed(message, {"msgid": id, **rendered}):
            return id
        account = self._setup.text("open_kfid")
        payload = {"touser": message.to.user, "open_kfid": account, "msgid": id, **rendered}
        try:
            await self._post("/cgi-bin/kf/send_msg", payload)
        except Refused as refused:
            if refused.facts.get("code") != meanings.SESSION:
                raise
            await self._regain(message.to.user)
            await self._post("/cgi-bin/kf/send_msg", payload)
        return id

    async def _welcomed(self, message: Outbound, payload: dict[str, object]) -> bool:
        """Say it as the welcome when the customer has just come in and WeCom allows one; False when it does not."""
        code, until = message.facts.get("welcome_code", ""), message.facts.get("welcome_until", "")
        if not (code and until and self._setup.clock.now() < datetime.fromisoformat(until)):
            return False
        try:
            await self._post("/cgi-bin/kf/send_msg_on_event", {"code": code, **payload})
        except Refused:
            return False  # used, or over: an ordinary message may still be allowed
        return True

    async def _post(self, path: str, payload: dict[str, object]) -> None:
        try:
            await self._client.ask(path, payload, shape=Sent, once=True)
        except Refused as refused:
            if not _taken_before(refused):
                raise

    async def _regain(self, user: str) -> None:
        """Take a new session into our hands; raises `Refused` saying who has it when it is not ours to take."""
        found = await self._sessions.find(user)
        match found.service_state:
            case State.NEW:
                await self._sessions.move(user, State.ASSISTANT)
            case State.ASSISTANT:
                return
            case _:
                raise _elsewhere(found)

    async def _media_id(self, part: Part) -> str:
        match part:
            case Attachment():
                return await self._shelf.put(part)
            case Card():
                return await self._shelf.cover(part)
            case _:
                return ""


def msgid(id: str) -> str:
    """Return the message's id at WeCom: at most 32 of [0-9A-Za-z_-], always the same for the same message."""
    short = id.replace("-", "") if len(id) == 36 else id
    return short if ALLOWED.fullmatch(short) else hashlib.sha256(id.encode()).hexdigest()[:32]


def _taken_before(refused: Refused) -> bool:
    unknown = refused.facts.get("code") not in meanings.TABLE
    return unknown and meanings.REPEAT_WORD in str(refused.facts.get("told", "")).lower()


def _elsewhere(session: Session) -> Refused:
    match session.service_state:
        case State.COLLEAGUE:
            hint = "They can end the session there; it is ours again when the customer writes after that."
            return Refused("A colleague answers this customer in WeCom", servicer=session.servicer_userid, hint=hint)
        case State.QUEUED:
            return Refused("The customer waits in WeCom's own queue", hint="Somebody must take them there.")
        case _:
            return WindowClosed("The session has ended", hint="Wait until the customer writes.")
