"""Deadlines over HTTP: calendars and policies are made, tried and refused by field; a conversation counts down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.server.test_story import Visitor, until

if TYPE_CHECKING:
    from tests.server.running import Client, Running

WEEK = [{"day": day, "start": 540, "end": 1080} for day in range(5)]
OFFICE = {"name": "工作时间", "hours": {"zone": "Asia/Shanghai", "week": WEEK, "public": "CN"}}
QUICK = {"kind": "first_response", "seconds": 600, "pauses": []}


async def made(client: Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Add one."""
    answer = await client.post(path, body)
    assert answer.status == 201, answer.body
    return dict(answer.json)


async def test_a_calendar_from_its_making_to_its_end(hub_server: Running) -> None:
    admin = await hub_server.log_in("admin")
    calendar = await made(admin, "/desk/calendars", OFFICE)
    assert calendar["open"] is not (calendar["next_open_at"] is not None)
    changed = await admin.call(
        "PUT", f"/desk/calendars/{calendar['id']}", json={**OFFICE, "name": "白班", "version": 0}
    )
    assert (changed.status, changed.json["terms"]["name"], changed.json["version"]) == (200, "白班", 1)
    stale = await admin.call("PUT", f"/desk/calendars/{calendar['id']}", json={**OFFICE, "version": 0})
    assert (stale.status, stale.json["code"]) == (409, "conflict")
    policy = await made(admin, "/desk/policies", {"name": "p", "targets": [QUICK], "calendar": calendar["id"]})
    used = await admin.call("DELETE", f"/desk/calendars/{calendar['id']}")
    assert (used.status, used.json["code"]) == (409, "wrong_move")
    for path in (f"/desk/policies/{policy['id']}", f"/desk/calendars/{calendar['id']}"):
        assert (await admin.call("DELETE", path)).status == 204
    assert (await admin.get("/desk/calendars")).json["items"] == []


async def test_public_days_say_how_far_they_are_known(hub_server: Running) -> None:
    lead = await hub_server.log_in("lead")
    answer = (await lead.get("/desk/public-days?country=CN&year=2026")).json
    days = {day["date"]: day["worked"] for day in answer["items"]}
    assert (days["2026-10-01"], days["2026-10-10"], answer["known_until"]) == (False, True, "2026-12-31")


@pytest.mark.parametrize(
    ("path", "body", "place"),
    [
        ("/desk/calendars", {"name": "never"}, "$.hours.week"),
        ("/desk/calendars", {"name": "x", "hours": {"zone": "Mars/Base", "week": WEEK}}, "$.hours"),
        ("/desk/policies", {"name": "p", "targets": [{**QUICK, "seconds": -1}]}, "$.targets[0].seconds"),
        ("/desk/policies", {"name": "p", "targets": [{**QUICK, "seconds": 10**10}]}, "$.targets[0].seconds"),
        ("/desk/policies", {"name": "p", "targets": [QUICK], "calendar": "none"}, "$.calendar"),
        (
            "/desk/policies",
            {"name": "p", "targets": [QUICK], "when": {"type": "rule", "field": "mood", "op": "is", "value": "x"}},
            "$.when.field",
        ),
        ("/desk/policies", {"name": "p", "targets": [QUICK], "steps": [{"team": "none"}]}, "$.steps[0].team"),
        ("/desk/rehearsals", {"terms": {"name": "p", "targets": [QUICK], "calendar": "none"}}, "$.terms.calendar"),
    ],
)
async def test_bad_input_is_refused_by_field_and_nothing_is_kept(
    hub_server: Running, path: str, body: dict[str, Any], place: str
) -> None:
    admin = await hub_server.log_in("admin")
    answer = await admin.post(path, body)
    assert (answer.status, answer.json["code"]) == (422, "invalid"), answer.body
    assert answer.json["path"] == place
    assert (await admin.get("/desk/policies")).json["items"] == []


async def test_a_rehearsal_says_by_when(hub_server: Running) -> None:
    admin = await hub_server.log_in("admin")
    calendar = await made(admin, "/desk/calendars", OFFICE)
    vip = {"type": "rule", "field": "customer_labels", "op": "has", "value": "vip"}
    targets = [QUICK, {"kind": "next_response", "seconds": 1200}, {"kind": "resolution", "seconds": 8 * 3600}]
    policy = await made(
        admin, "/desk/policies", {"name": "VIP", "rank": 1, "when": vip, "targets": targets, "calendar": calendar["id"]}
    )
    evening = "2026-09-30T09:55:00Z"  # 17:55 in Shanghai, before the national holiday
    nobody = (await admin.post("/desk/rehearsals", {"at": evening})).json
    assert (nobody["policy"], nobody["due"]) == ("", [])
    answer = (await admin.post("/desk/rehearsals", {"at": evening, "customer_labels": ["vip"]})).json
    assert (answer["policy"], answer["name"]) == (policy["id"], "VIP")
    assert {one["kind"]: one["due_at"] for one in answer["due"]} == {
        "first_response": "2026-10-08T01:05:00Z",
        "resolution": "2026-10-08T08:55:00Z",
        "next_response": "2026-10-08T01:15:00Z",
    }
    tried = {"at": evening, "terms": {"name": "t", "targets": [{**QUICK, "seconds": 60}]}}
    assert (await admin.post("/desk/rehearsals", tried)).json["due"][0]["due_at"] == "2026-09-30T09:56:00Z"


async def test_a_conversation_counts_down_is_listed_by_deadline_and_is_seen_to(hub_server: Running) -> None:
    admin = await hub_server.log_in("admin")
    agent = await hub_server.log_in("agent")
    step = {"on": "warning", "to": [{"whom": "user", "id": admin.user}]}
    short = {**QUICK, "seconds": 1, "warn_percent": 1}
    await made(admin, "/desk/policies", {"name": "all", "targets": [short], "steps": [step]})
    visitor = await Visitor.arrive(hub_server)
    await visitor.say("人工")
    due = await until(
        agent, "/conversations?view=all&order=due", lambda page: any(one["due"]["breached"] for one in page["items"])
    )
    (row,) = due["items"]
    assert (row["due"]["kind"], row["due"]["at"]) == ("first_response", row["due_at"])
    shown = (await agent.get(f"/conversations/{row['id']}/deadlines")).json
    assert [(one["kind"], one["state"], one["seen_to_by"]) for one in shown["clocks"]] == [
        ("first_response", "running", "")
    ]
    assert shown["policy_name"] == "all"
    seen = await agent.post(f"/conversations/{row['id']}/deadlines/see-to")
    assert (seen.status, seen.json["clocks"][0]["seen_to_name"]) == (200, agent.me["user"]["name"])
    held = await agent.post(f"/conversations/{row['id']}/hold", {"waits_for": "supplier"})
    assert (held.status, held.json["waits_for"]) == (200, "supplier")
    assert (await agent.get("/conversations?view=closed&order=due")).status == 422
    assert (await agent.get("/conversations/nothing/deadlines")).status == 404


async def test_who_tells_colleagues_is_chosen_among_inboxes(hub_server: Running) -> None:
    admin = await hub_server.log_in("admin")
    assert (await admin.get("/desk/senders")).json == {"email": "", "sms": "", "wechat": ""}
    inbox = (await admin.get("/inboxes")).json["items"][0]["id"]
    put = await admin.call("PUT", "/desk/senders", json={"email": inbox})
    assert (put.status, (await admin.get("/desk/senders")).json["email"]) == (200, inbox)
    ghost = await admin.call("PUT", "/desk/senders", json={"sms": "ghost"})
    assert (ghost.status, ghost.json["path"]) == (422, "$.sms")
    fields = (await admin.get("/desk/fields")).json
    assert "customer_labels" in [field["name"] for field in fields["fields"]]
    assert "has" in fields["ops"]["many"]
