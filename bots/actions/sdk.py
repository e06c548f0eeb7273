"""A Rasa SDK action server: custom actions and form validation in Python, over HTTP.

POST {next_action, sender_id, tracker, version, domain} -> 200 {events, responses}
                                                        -> 400 {error, action_name}: the action rejects (`Rejected`)
                                                        -> 404 {error, action_name}: it has no such action
"""

from collections.abc import Mapping

import msgspec
from aiohttp import ClientSession
from msgspec import Struct

from bots.actions.answers import understood
from bots.actions.calling import SECONDS, Reply, Unanswered, post
from bots.dialogue.actions import Done, Failed, Rejected, Told
from bots.project.model import Json, Project

SPEAKS = "3.6.21"
"""The Rasa whose contract this is; an action server compares it with its own and warns of a difference."""


class Call(Struct, frozen=True, kw_only=True):
    """What is asked."""

    next_action: str
    sender_id: str
    tracker: Mapping[str, Json]
    version: str = SPEAKS
    domain: Mapping[str, Json]


class Complaint(Struct, frozen=True, kw_only=True):
    """What stands in an answer that is none."""

    error: str = ""
    action_name: str | None = None


def asked(name: str, tracker: Told, project: Project) -> bytes:
    """Return the body that asks for one action."""
    told = tracker.to_rasa()
    call = Call(next_action=name, sender_id=str(told.get("sender_id", "")), tracker=told, domain=project.domain)
    return msgspec.json.encode(call)


def heard(name: str, reply: Reply) -> Done:
    """Return what the answer means; raises `Rejected` or `Failed`."""
    if reply.status == 200:
        return understood(reply.body)
    complaint = _complaint(reply.body)
    if reply.status == 400 and complaint.action_name:
        raise Rejected("The action rejects", action=complaint.action_name)
    if reply.status == 404 and complaint.action_name:
        raise Failed("The action server has no such action", action=name, hint="Register it there, or correct its name")
    if reply.status >= 500:
        raise Unanswered("The action server failed", action=name, status=reply.status)
    raise Failed("Not what an action server answers", action=name, status=reply.status)


async def run(
    http: ClientSession, url: str, name: str, tracker: Told, project: Project, *, seconds: float = SECONDS
) -> Done:
    """Run one action there; raises `Rejected` or `Failed`."""
    return heard(name, await post(http, url, asked(name, tracker, project), seconds=seconds))


def _complaint(body: bytes) -> Complaint:
    try:
        return msgspec.json.decode(body, type=Complaint)
    except (ValueError, RecursionError):
        return Complaint()
