"""Supervision over HTTP: who sees what, what is written down, and that a whisper reaches the right ear alone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from accounts.permissions import GRANTS, Permission, Role
from conversations.model import Conversation, Due, Priority, State
from hub.model import Address
from server.api.supervision.floor import HEADS
from server.api.supervision.overview import at_risk
from tests.clocks import START
from tests.server.running import running
from tests.server.test_live import Screen, stored
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.server.running import Client, Running

GONE_BY = timedelta(minutes=7)


async def team_of(hub: Running) -> str:
    """The demo's one team."""
    return str((await (await hub.log_in("admin")).get("/teams")).json["items"][0]["id"])


async def waits(hub: Running, team: str | None, minutes: int = 0, **more: Any) -> Conversation:
    """Let somebody wait in a queue since so many minutes."""
    since = hub.hub.clock.now() - timedelta(minutes=minutes)
    return await stored(hub, team=team, queued_at=since, waiting_since=since, last_at=since, **more)


async def held(hub: Running, team: str | None, agent: str, **more: Any) -> Conversation:
    """Let a colleague have a conversation."""
    return await stored(hub, team=team, state=State.AGENT, agent=agent, **more)


async def overview(client: Client) -> Any:
    answer = await client.get("/supervision")
    assert answer.status == 200, answer.body
    return answer.json


def test_leads_and_administrators_supervise_and_nobody_else() -> None:
    assert {role for role in Role if Permission.CONVERSATIONS_SUPERVISE in GRANTS[role]} == {
        Role.LEAD,
        Role.ADMINISTRATOR,
    }


async def test_the_picture_of_a_queue(hub_server: Running) -> None:
    lead, agent = await hub_server.log_in("lead"), await hub_server.log_in("agent")
    team = await team_of(hub_server)
    await agent.get("/presence")
    rows = [await waits(hub_server, team, minutes) for minutes in range(HEADS + 2)]
    now = hub_server.hub.clock.now()
    await stored(hub_server, team=team, state=State.CLOSED, live=False, closed_at=now)
    await stored(hub_server, team=team, state=State.CLOSED, live=False, closed_at=now - timedelta(days=3))
    await held(hub_server, team, agent.user, held_since=now, waiting_since=now - timedelta(hours=1), name="韩梅梅")

    seen = await overview(lead)
    (queue,) = seen["queues"]
    assert (queue["team"], queue["waiting"], queue["handled"], queue["offered"]) == (team, HEADS + 2, 1, 0)
    assert [one["id"] for one in queue["longest"]] == [row.id for row in reversed(rows)][:HEADS]
    assert queue["oldest_at"] == queue["longest"][0]["queued_at"]
    assert (queue["online"], queue["away"]) == (0, 1)
    (shown,) = (one for one in seen["agents"] if one["user"] == agent.user)
    assert [(one["name"], one["channel"]) for one in shown["held"]] == [("韩梅梅", "webchat")]
    assert shown["held"][0]["held_since"] is not None
    assert seen["at_risk"][0]["name"] == "韩梅梅", "an hour without an answer is longer than minutes in the queue"


async def test_what_is_owed_soon_is_named_soonest_first(hub_server: Running) -> None:
    lead, admin = await hub_server.log_in("lead"), await hub_server.log_in("admin")
    team = await team_of(hub_server)
    now = hub_server.hub.clock.now()
    for name, minutes, of in (("later", 20, team), ("past", -3, team), ("far", 90, team), ("foreign", 1, "other")):
        at = now + timedelta(minutes=minutes)
        await stored(hub_server, team=of, name=name, queued_at=now, due=Due(kind="answer", at=at), due_at=at)
    shut = now + timedelta(minutes=1)
    await stored(hub_server, team=team, name="shut", state=State.CLOSED, live=False, closed_at=now, due_at=shut)
    assert [one["name"] for one in (await overview(lead))["due"]] == ["past", "later"]
    assert [one["name"] for one in (await overview(admin))["due"]] == ["past", "foreign", "later"]


async def test_a_lead_sees_their_own_teams_and_an_administrator_all(hub_server: Running) -> None:
    lead, admin = await hub_server.log_in("lead"), await hub_server.log_in("admin")
    own = await team_of(hub_server)
    other = (await admin.post("/teams", {"name": "燃气", "members": []})).json["id"]
    foreign = await waits(hub_server, other, 9)
    assert {one["team"] for one in (await overview(lead))["queues"]} == {own}
    assert {one["team"] for one in (await overview(admin))["queues"]} == {own, other}
    nobodys = await waits(hub_server, None, 3)
    assert {one["team"] for one in (await overview(lead))["queues"]} == {own, None}
    assert [one["id"] for one in (await lead.get("/supervision/conversations")).json["items"]] == [nobodys.id]
    for path in (f"/supervision/conversations?team={other}", f"/supervision/conversations?agent={admin.user}"):
        assert (await lead.get(path)).status == 404, path
    assert [one["id"] for one in (await admin.get(f"/supervision/conversations?team={other}")).json["items"]] == [
        foreign.id
    ]
    assert (await lead.post(f"/conversations/{foreign.id}/listen")).status == 404
    assert (await lead.get(f"/supervision/conversations?team={own}&agent={lead.user}")).status == 422


@pytest.mark.parametrize("since", ["2026-01-01T00:00:00", "yesterday"])
async def test_a_day_is_a_time_with_its_zone(hub_server: Running, since: str) -> None:
    lead = await hub_server.log_in("lead")
    answer = await lead.get("/supervision", params={"since": since})
    assert (answer.status, answer.json["path"]) == (422, "$query.since"), answer.body


def test_who_sleeps_or_waits_for_nothing_is_not_at_risk() -> None:
    base = made_row()
    late = structs.replace(base, id="late", waiting_since=base.last_at - GONE_BY)
    asleep = structs.replace(late, id="asleep", snoozed_until=base.last_at + GONE_BY)
    queued = structs.replace(base, id="queued", queued_at=base.last_at - 2 * GONE_BY)
    assert [one.id for one in at_risk((base, late, asleep, queued))] == ["queued", "late"]


async def test_listening_in_changes_nothing_and_is_written_down(hub_server: Running) -> None:
    lead, admin, agent = [await hub_server.log_in(who) for who in ("lead", "admin", "agent")]
    row = await held(hub_server, await team_of(hub_server), agent.user)
    answer = await lead.post(f"/conversations/{row.id}/listen")
    assert (answer.status, answer.json) == (200, {"shown": True})
    (record,) = (await admin.get(f"/audit?target={row.id}")).json["items"]
    assert (record["action"], record["user"], record["changes"][0]["after"]) == (
        "conversation.listened", lead.user, agent.user,
    )  # fmt: skip
    assert (await lead.get(f"/conversations/{row.id}")).json["conversation"]["version"] == row.version
    assert (await agent.post(f"/conversations/{row.id}/listen")).status == 403


async def test_whoever_has_it_sees_who_listens_as_the_house_has_it_set(hub_server: Running) -> None:
    assert await seen_by_agent(hub_server) == [True]


async def test_a_house_may_listen_unseen(tmp_path: Path, furnished: Path) -> None:
    async with running(tmp_path / "data", like=furnished, listening_shown=False) as hub:
        assert await seen_by_agent(hub) == []


async def seen_by_agent(hub: Running) -> list[bool]:
    """Let a lead listen in, and return what the agent is told of those who look besides themselves."""
    lead, agent = await hub.log_in("lead"), await hub.log_in("agent")
    row = await held(hub, await team_of(hub), agent.user)
    async with agent.live() as ear, lead.live() as eye:
        screen, other = await Screen(ear).hello(), await Screen(eye).hello()
        await other.say(type="view", conversation=row.id, listening=True)
        await other.say(type="typing", conversation=row.id, on=True)
        await other.say(type="ping")
        await other.until(lambda frame: frame["type"] == "pong")
        await screen.say(type="view", conversation=row.id)
        frame = await screen.until(lambda frame: frame["type"] == "viewing")
    return [one.get("listening", False) for one in frame["users"] if one["id"] != agent.user]


async def test_who_only_says_that_they_listen_is_seen(hub_server: Running) -> None:
    agent, agent2 = await hub_server.log_in("agent"), await hub_server.log_in("agent2")
    row = await held(hub_server, await team_of(hub_server), agent.user)
    async with agent2.live() as socket:
        screen = await Screen(socket).hello()
        await screen.say(type="view", conversation=row.id, listening=True)
        frame = await screen.until(lambda frame: frame["type"] == "viewing")
    assert [(one["id"], one.get("listening", False)) for one in frame["users"]] == [(agent2.user, False)]


async def test_a_whisper_is_heard_at_once_by_the_one_it_is_for(hub_server: Running) -> None:
    lead, agent = await hub_server.log_in("lead"), await hub_server.log_in("agent")
    row = await held(hub_server, await team_of(hub_server), agent.user)
    body = {"client_id": "w1", "to": agent.user, "text": "先核对户号"}
    async with agent.live() as socket:
        screen = await Screen(socket).hello()
        answer = await lead.post(f"/conversations/{row.id}/whisper", body)
        assert answer.status == 201, answer.body
        frame = await screen.until(lambda frame: frame["type"] == "message")
    assert (frame["message"]["kind"], frame["message"]["direction"]) == ("whisper", "note")
    assert frame["message"]["mentions"] == [agent.user]
    assert (await lead.post(f"/conversations/{row.id}/whisper", body)).json["id"] == answer.json["id"]
    moved = await lead.post(f"/conversations/{row.id}/whisper", {**body, "client_id": "w2", "to": lead.user})
    assert (moved.status, moved.json["code"]) == (409, "wrong_move")
    assert (await agent.post(f"/conversations/{row.id}/whisper", body)).status == 403


async def test_nobody_can_say_something_as_a_whisper_by_the_common_door(hub_server: Running) -> None:
    agent = await hub_server.log_in("agent")
    row = await held(hub_server, await team_of(hub_server), agent.user)
    said = {"client_id": "x", "parts": [{"type": "text", "body": "x"}], "kind": "whisper"}
    assert (await agent.post(f"/conversations/{row.id}/messages", said)).status == 422


async def test_who_lost_it_to_a_lead_is_told_even_when_they_may_see_it_no_more(hub_server: Running) -> None:
    lead, admin, agent = [await hub_server.log_in(who) for who in ("lead", "admin", "agent")]
    other = (await admin.post("/teams", {"name": "燃气", "members": [lead.user]})).json["id"]
    lead = await hub_server.log_in("lead")
    row = await held(hub_server, other, agent.user)
    async with agent.live() as socket:
        screen = await Screen(socket).hello()
        assert (await lead.post(f"/conversations/{row.id}/take")).status == 200
        frame = await screen.until(lambda frame: frame["type"] == "message")
    assert frame["message"]["parts"][0]["code"] == "taken_over"
    assert any(told["type"] == "gone" for told in screen.frames)
    assert (await agent.get(f"/conversations/{row.id}")).status == 404


async def test_a_lead_sets_a_presence_with_a_record_and_the_colleague_is_told(hub_server: Running) -> None:
    lead, admin, agent = [await hub_server.log_in(who) for who in ("lead", "admin", "agent")]
    path = f"/supervision/agents/{agent.user}/presence"
    async with agent.live() as socket:
        screen = await Screen(socket).hello()
        await until(lambda: is_online(hub_server, agent.user))
        answer = await lead.call("PUT", path, json={"status": "busy"})
        assert (answer.status, answer.json["status"]) == (200, "busy"), answer.body
        frame = await screen.until(lambda frame: frame["type"] == "presence" and frame["status"] == "busy")
        assert (frame["user"], frame["set_by"]) == (agent.user, lead.user)
    assert (await lead.call("PUT", path, json={"status": "busy"})).status == 200
    (record,) = (await admin.get("/audit?action=presence.set")).json["items"]
    assert (record["user"], record["target"]) == (lead.user, agent.user)
    assert record["changes"] == [{"field": "presence", "before": "online", "after": "busy"}]
    for wrong, status in ((agent.user, 422), (admin.user, 404), ("nobody", 404)):
        told = "online" if status == 422 else "away"
        answer = await lead.call("PUT", f"/supervision/agents/{wrong}/presence", json={"status": told})
        assert answer.status == status, (wrong, answer.body)
    assert (await agent.call("PUT", path, json={"status": "away"})).status == 403


async def is_online(hub: Running, user: str) -> bool:
    desk = await hub.hub.presences.desk(user)
    return desk is not None and desk.status == "online"


async def test_many_move_at_once_with_an_outcome_for_each(hub_server: Running) -> None:
    lead, admin = await hub_server.log_in("lead"), await hub_server.log_in("admin")
    team = await team_of(hub_server)
    other = (await admin.post("/teams", {"name": "燃气", "members": []})).json["id"]
    rows = [await waits(hub_server, team, minutes, name=f"n{minutes}") for minutes in range(30)]
    foreign = await waits(hub_server, other)
    body = {
        "key": "rescue-0001", "goal": {"kind": "team", "team": other},
        "conversations": [*(row.id for row in rows), foreign.id, "nothing"],
    }  # fmt: skip
    answer = await lead.post("/supervision/batches", body)
    assert (answer.status, answer.json["total"]) == (202, 32), answer.body
    await until(lambda: is_over(lead, "rescue-0001"))
    again = await lead.post("/supervision/batches", body)
    told = again.json
    assert (told["done"], told["refused"], told["waiting"], told["over"]) == (30, 2, 0, True)
    assert {one["conversation"] for one in told["items"] if one["code"] == "not_found"} == {foreign.id, "nothing"}
    names = [one["name"] for one in told["items"] if one["fate"] == "done"]
    assert names == [f"n{minutes}" for minutes in reversed(range(30))], "the oldest first"
    queue = (await admin.get(f"/supervision/conversations?team={other}")).json["items"]
    assert [one["id"] for one in queue] == [*(row.id for row in reversed(rows)), foreign.id]
    (record,) = (await admin.get("/audit?action=conversations.moved")).json["items"]
    assert (record["user"], record["target"]) == (lead.user, "rescue-0001")
    assert (await admin.get("/supervision/batches/rescue-0001")).status == 404, "it is the lead's own"


async def is_over(client: Client, key: str) -> bool:
    return bool((await client.get(f"/supervision/batches/{key}")).json["over"])


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"goal": {"kind": "team", "team": "nothing"}}, "$.goal.team"),
        ({"goal": {"kind": "agent", "agent": "nobody"}}, "$.goal.agent"),
        ({"goal": {"kind": "away"}}, "$.goal.kind"),
        ({"goal": {"kind": "bot", "team": "x"}}, "$.goal.team"),
        ({"conversations": []}, "$.conversations"),
        ({"conversations": [f"c{n}" for n in range(501)]}, "$.conversations"),
        ({"key": "short"}, "$.key"),
        ({"more": 1}, "$.more"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_its_name(hub_server: Running, change: Any, path: str) -> None:
    lead = await hub_server.log_in("lead")
    body = {"key": "rescue-0001", "conversations": ["c"], "goal": {"kind": "priority", "priority": Priority.HIGH}}
    answer = await lead.post("/supervision/batches", {**body, **change})
    assert answer.status == 422, answer.body
    assert answer.json["path"] == path


def made_row() -> Conversation:
    """A conversation of nobody's, with no store behind it."""
    address = Address(channel="webchat", user="ann")
    return Conversation(
        id="base", inbox="i", address=address, profile="p", state=State.WAITING, last_at=START, opened_at=START,
        changed_at=START,
    )  # fmt: skip
