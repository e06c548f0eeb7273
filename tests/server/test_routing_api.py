"""Routing set over HTTP: queues, skills, the policy, rules from draft to version, and what one conversation needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conversations.model import CONVERSATIONS, Conversation, State
from hub.model import Address
from hub.store.port import Insert

if TYPE_CHECKING:
    from tests.server.running import Client, Running

RULE: dict[str, Any] = {
    "name": "gas leaks",
    "when": {"type": "rule", "field": "labels", "op": "has", "value": "leak"},
    "then": {"priority": "urgent", "needed": {"skills": {"燃气": 1}}},
}


async def _team(client: Client) -> str:
    return str((await client.get("/teams")).json["items"][0]["id"])


async def test_a_queue_is_described_checked_and_forgotten(hub_server: Running) -> None:
    admin = await hub_server.log_in("admin")
    team = await _team(admin)
    listed = (await admin.get("/routing/queues")).json["items"]
    assert {"anybody", team} <= {one["id"] for one in listed}
    terms = {"version": None, "queue": {"target": 30, "cap": 50, "steps": [{"after": 0.5, "levels": 1}]}}
    kept = await admin.call("PUT", f"/routing/queues/{team}", json=terms)
    assert (kept.status, kept.json["version"], kept.json["terms"]["queue"]["cap"]) == (200, 0, 50)
    again = await admin.call("PUT", f"/routing/queues/{team}", json=terms)
    assert again.status == 409
    wrong = {**terms, "version": 0, "queue": {"steps": [{"after": 1, "teams": ["nowhere"]}]}}
    refused = await admin.call("PUT", f"/routing/queues/{team}", json=wrong)
    assert (refused.status, refused.json["path"]) == (422, "$.queue.steps[0].teams")
    negative = await admin.call("PUT", f"/routing/queues/{team}", json={**terms, "version": 0, "queue": {"target": -1}})
    assert (negative.status, "target" in negative.body.decode()) == (422, True)
    nowhere = await admin.call("PUT", "/routing/queues/nowhere", json=terms)
    assert nowhere.status == 422
    assert (await admin.call("DELETE", f"/routing/queues/{team}")).status == 204


async def test_a_team_that_nobody_is_in_is_warned_of(hub_server: Running) -> None:
    admin = await hub_server.log_in("admin")
    team = (await admin.post("/teams", {"name": "Empty"})).json["id"]
    kept = await admin.call("PUT", f"/routing/queues/{team}", json={"version": None})
    assert [(one["severity"], one["path"]) for one in kept.json["faults"]] == [("warning", "$.id")]


async def test_skills_are_set_by_who_may_and_shown_to_leads(hub_server: Running) -> None:
    admin, lead, agent = [await hub_server.log_in(who) for who in ("admin", "lead", "agent")]
    able = {"version": None, "abilities": {"skills": {"燃气": 3}, "languages": ["zh"], "limits": {"call": 1}}}
    kept = await admin.call("PUT", f"/routing/skills/{agent.user}", json=able)
    assert (kept.status, kept.json["abilities"]["skills"]) == (200, {"燃气": 3})
    shown = {one["user"]: one for one in (await lead.get("/routing/skills")).json["items"]}
    assert shown[agent.user]["abilities"]["languages"] == ["zh"]
    assert (await lead.call("PUT", f"/routing/skills/{agent.user}", json=able)).status == 403
    assert (await agent.get("/routing/skills")).status == 403
    wrong = {"version": 0, "abilities": {"limits": {"telepathy": 1}}}
    refused = await admin.call("PUT", f"/routing/skills/{agent.user}", json=wrong)
    assert (refused.status, refused.json["path"]) == (422, "$.limits.telepathy")


async def test_rules_go_from_a_draft_with_faults_to_a_version_and_back(hub_server: Running) -> None:
    admin = await hub_server.log_in("admin")
    wrong = {**RULE, "when": {"type": "rule", "field": "colour", "op": "is", "value": "red"}}
    draft = (await admin.call("PUT", "/routing/rules/draft", json={"version": None, "rules": [wrong]})).json
    assert {(one["severity"], one["path"]) for one in draft["faults"]} == {
        ("error", "$.rules[0].when.field"),
        ("warning", "$.rules[0].then.needed.skills"),
    }
    refused = await admin.post("/routing/rules/publish", {"version": draft["version"]})
    assert (refused.status, refused.json["path"]) == (422, "$.rules[0].when.field")
    draft = (await admin.call("PUT", "/routing/rules/draft", json={"version": draft["version"], "rules": [RULE]})).json
    published = await admin.post("/routing/rules/publish", {"version": draft["version"], "note": "first"})
    assert (published.status, published.json["number"], published.json["live"]) == (200, 1, True)
    assert (await admin.post("/routing/rules/publish", {"version": 0})).status == 409
    await admin.post("/routing/rules/1/publish")
    listed = (await admin.get("/routing/rules")).json["items"]
    assert [(one["number"], one["live"]) for one in listed] == [(2, True), (1, False)]
    assert (await admin.get("/routing/rules/1")).json["rules"][0]["name"] == "gas leaks"
    actions = [one["action"] for one in (await admin.get("/audit")).json["items"]]
    assert actions.count("routing.rules_published") == 2


async def test_the_policy_is_read_and_set(hub_server: Running) -> None:
    admin = await hub_server.log_in("admin")
    house = (await admin.get("/routing/house")).json
    assert house["version"] is None
    rules = {**house["rules"], "people": "longest_idle", "damping": 0.3}
    kept = await admin.call("PUT", "/routing/house", json={"version": None, "rules": rules})
    assert (kept.status, kept.json["rules"]["people"]) == (200, "longest_idle")
    kinds = {**rules, "kinds": {"telepathy": {}}}
    refused = await admin.call("PUT", "/routing/house", json={"version": 0, "rules": kinds})
    assert (refused.status, refused.json["path"]) == (422, "$.kinds.telepathy")


async def test_who_answers_says_what_a_conversation_needs(hub_server: Running) -> None:
    admin, agent = await hub_server.log_in("admin"), await hub_server.log_in("agent")
    at, team = hub_server.hub.clock.now(), agent.me["user"]["teams"][0]
    row = Conversation(
        id="c1", inbox="web", address=Address(channel="webchat", user="c1"), profile="c1", state=State.BOT, team=team,
        last_at=at, opened_at=at, changed_at=at, labels=("leak",),
    )  # fmt: skip
    await hub_server.hub.store.commit(Insert(CONVERSATIONS, row))
    refused = await agent.call("PUT", "/conversations/c1/needs", json={"skills": {"燃气": 1}})
    assert (refused.status, refused.json["path"]) == (422, "$.skills")
    able = {"version": None, "abilities": {"skills": {"燃气": 1}}}
    await admin.call("PUT", f"/routing/skills/{agent.user}", json=able)
    asked = await agent.call("PUT", "/conversations/c1/needs", json={"skills": {"燃气": 1}})
    assert (asked.status, asked.json["wants"]["needed"]["skills"]) == (200, {"燃气": 1})
    said = await admin.post("/routing/rules/try", {"rules": [RULE], "conversation": "c1"})
    assert (said.status, said.json["names"], said.json["priority"]) == (200, ["gas leaks"], "urgent")
