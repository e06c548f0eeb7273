"""Opening a session: a new visitor, a known one again, or a person the host page vouches for; and the window's look."""

import re
from datetime import datetime
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta, Struct, structs

from adapters.manifest import Limits as Carries
from adapters.webchat import visitors
from adapters.webchat.visitors import LASTS, RENEW, Identity, Visitor
from conversations import hours
from hub.errors import Unverified
from hub.model import FormField
from hub.signing import Signed
from server.api.decode import body_decoder, read_body
from server.chat.door import Caller
from server.chat.thread import Thread

BODY = 16 * 1024


class Opening(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of `POST session`."""

    token: Annotated[str, Meta(max_length=4096)] = ""
    page: Annotated[str, Meta(max_length=4000)] = ""
    language: Annotated[str, Meta(max_length=35)] = ""
    identity: Identity | None = None


class Going(Struct, frozen=True, kw_only=True):
    """The conversation that is going on."""

    id: str
    state: str
    agent_name: str = ""


class Opened(Struct, frozen=True, kw_only=True):
    """Answer of `POST session`."""

    token: str
    visitor: str
    conversation: Going | None = None
    seq: int = 0


class Open(Struct, frozen=True, kw_only=True):
    """Whether somebody is there now, and when again."""

    open: bool
    next_open_at: datetime | None = None


class Uploads(Struct, frozen=True, kw_only=True):
    """What may be uploaded; no bytes at all when uploads are off."""

    max_bytes: int
    types: tuple[str, ...]


class Config(Struct, frozen=True, kw_only=True):
    """Answer of `GET config`: how the window looks and what it asks."""

    title: str
    colour: str
    greeting: str
    offline: str
    language: str
    hours: Open
    pre_chat: tuple[FormField, ...]
    upload: Uploads
    rating: bool
    identity: str
    bot_name: str = ""


_opening = body_decoder(Opening)


async def config(who: Caller) -> web.StreamResponse:
    """Say how the window looks."""
    site, inbox = who.site, who.inbox
    is_open = hours.is_open(inbox.hours, who.at)
    carried: Carries = who.chat.channels.registry.manifest("webchat").limits
    return _json(
        Config(
            title=site.title or inbox.name,
            colour=site.colour,
            greeting=site.greeting,
            offline=site.offline,
            language=inbox.language,
            hours=Open(open=is_open, next_open_at=None if is_open else hours.next_opening(inbox.hours, who.at)),
            pre_chat=site.pre_chat,
            upload=Uploads(max_bytes=site.largest_upload if site.uploads else 0, types=carried.attachment_types),
            rating=inbox.ask_rating,
            identity=site.identity,
        )
    )


async def session(who: Caller) -> web.StreamResponse:
    """Open a session; the token is renewed when it grows old or says something else than now."""
    who.chat.spend(f"chat:session:{who.ip}", who.chat.limits.session_ip)
    asked: Opening = _opening(await read_body(who.request, BODY))
    held = _held(who, asked.token)
    visitor = _visitor(who, asked, held.payload if held else None)
    token = asked.token
    if held is None or held.payload != visitor or held.expires_at - who.at < RENEW:
        token = who.adapter.signer.sign(visitor, until=who.at + LASTS)
    return _json(await _opened(who, visitor.visitor, token))


def _held(who: Caller, token: str) -> Signed[Visitor] | None:
    """Return what the page still holds. A token that is no good is no error here: the visitor begins anew."""
    try:
        return visitors.verify(who.adapter.signer, token, who.inbox.id, "off", who.at) if token else None
    except Unverified:
        return None


def _visitor(who: Caller, asked: Opening, held: Visitor | None) -> Visitor:
    """Decide who it is: proof beats a token, a token beats nothing; unproved words are only words."""
    mode, identity = who.site.identity, asked.identity
    told = {"language": _language(asked.language), "page": _page(asked.page)}
    if identity and mode != "off":
        visitors.prove(identity, who.site.secrets)
        id = visitors.known(who.inbox.id, identity.id)
        return Visitor(
            inbox=who.inbox.id, visitor=id, name=identity.name, email=identity.email, phone=identity.phone,
            verified=True, **told,
        )  # fmt: skip
    if mode == "required" and not (held and held.verified):
        raise Unverified("This inbox asks for a verified identity", hint="Pass `identity` with its `hmac`.")
    kept = held or Visitor(inbox=who.inbox.id, visitor=visitors.anonymous())
    if identity and not kept.verified:
        told |= {"name": identity.name, "email": identity.email, "phone": identity.phone}
    return structs.replace(kept, **{name: value for name, value in told.items() if value})


async def _opened(who: Caller, visitor: str, token: str) -> Opened:
    thread = Thread(who.chat.store, who.inbox.id, visitor, who.chat.waits)
    current = await thread.current()
    if current is None:
        return Opened(token=token, visitor=visitor)
    standing = await thread.standing(current)
    going = Going(id=current.id, state=current.state, agent_name=standing.agent)
    return Opened(token=token, visitor=visitor, conversation=going, seq=current.seq)


def _language(given: str) -> str:
    return given if re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}", given) else ""


def _page(given: str) -> str:
    """Keep where the visitor is, without the query: that may hold what is nobody's business."""
    return re.split("[?#]", given, maxsplit=1)[0][:500] if given.startswith(("http://", "https://")) else ""


def _json(answer: Struct) -> web.Response:
    return web.Response(body=msgspec.json.encode(answer), content_type="application/json")
