"""Policies compared over HTTP: in the real process, with faults that name the field; what is stopped ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from server.simulations.orders import MOST_OPEN
from server.simulations.rows import OPEN, SIMULATIONS, Stage
from tests.waiting import until

if TYPE_CHECKING:
    from tests.server.running import Client, Running

DAY = """
name = "a morning"
seconds = 7200
seeds = [1, 2]
[queues.gas]
targets = {urgent = 20, normal = 120}
[queues.water]
target = 60
[[traffic]]
queue = "gas"
skills = {"燃气" = 1}
per_hour = 80
priorities = {urgent = 1, normal = 3}
handle = {mean = 240}
patience = {mean = 300}
[[traffic]]
queue = "water"
skills = {"水" = 1}
per_hour = 40
handle = {mean = 240}
[[staff]]
count = 5
skills = {"燃气" = 1}
[[staff]]
count = 4
skills = {"燃气" = 1, "水" = 1}
"""
LARGE = DAY.replace("per_hour = 80", "per_hour = 9000").replace("count = 5", "count = 900").replace("[1, 2]", "[1]")


async def ordered(client: Client, **body: Any) -> dict[str, Any]:
    """Order one; it must be taken."""
    answer = await client.post("/routing/simulations", {"policies": ["published", "fifo"], **body})
    assert answer.status == 202, answer.body
    return dict(answer.json)


async def over(hub: Running, client: Client, id: str) -> dict[str, Any]:
    """Wait until it is done or failed."""

    async def ended() -> bool:
        row = await hub.hub.store.get(SIMULATIONS, id)
        return row is not None and row.stage not in OPEN

    await until(ended, seconds=60)
    return dict((await client.get(f"/routing/simulations/{id}")).json)


async def test_policies_side_by_side_and_the_draft_published(hub_server: Running) -> None:
    admin, lead = await hub_server.log_in("admin"), await hub_server.log_in("lead")
    house = (await admin.get("/routing/house")).json
    draft = {**house["rules"], "people": "longest_idle", "vip": 3.0}
    made = await ordered(admin, scenario=DAY, policies=["published", "draft", "longest_idle"], draft=draft, seeds=[7])
    assert (made["stage"], made["runs"], made["ran"], made["outcome"]) == ("waiting", 3, 0, None)
    told = await over(hub_server, lead, made["id"])
    assert (told["stage"], told["ran"], told["outcome"]["scenario"]) == ("done", 3, "a morning")
    lines = {line["policy"]: line for line in told["outcome"]["lines"]}
    assert list(lines) == ["published", "draft", "longest_idle"]
    assert all(0 < line["occupancy"] < 1 and line["mean_wait"] >= 0 for line in lines.values())
    assert lines["published"] != lines["longest_idle"]
    assert {line["queue"] for line in told["outcome"]["queues"]} == {"gas", "water"}
    assert told["rules"]["draft"]["vip"] == 3.0
    kept = await admin.call(
        "PUT", "/routing/house", json={"version": house["version"], "rules": told["rules"]["draft"]}
    )
    assert (kept.status, kept.json["rules"]["people"]) == (200, "longest_idle")


@pytest.mark.parametrize(
    ("body", "path", "field"),
    [
        ({"scenario": "seconds = "}, "$.scenario", ""),
        ({"scenario": DAY.replace("per_hour = 40", "per_hour = -1")}, "$.scenario", "traffic[1].per_hour"),
        (
            {"scenario": DAY.replace('skills = {"水" = 1}\nper', 'skills = {"电" = 1}\nper')},
            "$.scenario",
            "traffic[1].skills",
        ),
        ({"scenario": "[" * 5000}, "$.scenario", ""),
        ({"scenario": ""}, "$.scenario", None),
        ({"scenario": DAY, "policies": ["draft"]}, "$.draft", None),
        ({"scenario": DAY, "policies": ["draft"], "draft": {"vip": 0}}, "$.draft.vip", None),
        ({"scenario": DAY, "policies": ["draft"], "draft": {"kinds": {"telex": {}}}}, "$.draft.kinds.telex", None),
        ({"scenario": DAY, "policies": []}, "$.policies", None),
        ({"scenario": DAY, "seeds": list(range(21))}, "$.seeds", None),
        ({"day": {"date": "2999-01-01"}}, "$.day.date", None),
        ({"day": {"date": "2000-01-01"}}, "$.day.date", None),
        ({"day": {"date": "2026-11-30", "zone": "Mars/Base"}}, "$.day.zone", None),
    ],
)
async def test_bad_orders_are_refused_by_field_and_nothing_is_kept(
    hub_server: Running, body: dict[str, Any], path: str, field: str | None
) -> None:
    admin = await hub_server.log_in("admin")
    answer = await admin.post("/routing/simulations", {"policies": ["published"], **body})
    assert (answer.status, answer.json["path"]) == (422, path), answer.body
    if field is not None:
        assert answer.json["facts"]["field"].startswith(field)
    assert (await admin.get("/routing/simulations")).json["items"] == []


async def test_a_scenario_is_looked_at_without_being_run(hub_server: Running) -> None:
    lead = await hub_server.log_in("lead")
    sized = (await lead.post("/routing/scenarios/check", {"scenario": DAY})).json
    assert (sized["customers"], sized["people"], sized["seeds"]) == (240, 9, [1, 2])
    shipped = (await lead.get("/routing/scenarios")).json["items"]
    assert "hard" in {one["name"] for one in shipped}
    for one in shipped:
        assert (await lead.post("/routing/scenarios/check", {"scenario": one["text"]})).status == 200
    refused = await lead.post("/routing/simulations", {"scenario": DAY, "policies": ["fifo"]})
    assert refused.status == 403


async def test_what_runs_is_stopped_and_no_more_than_a_few_wait(hub_server: Running) -> None:
    admin, store = await hub_server.log_in("admin"), hub_server.hub.store
    ids = [(await ordered(admin, scenario=LARGE))["id"] for _ in range(MOST_OPEN)]
    more = await admin.post("/routing/simulations", {"scenario": DAY, "policies": ["fifo"]})
    assert (more.status, more.json["code"]) == (409, "wrong_move")

    async def running() -> bool:
        rows = await store.get_many(SIMULATIONS, ids)
        return any(row.stage is Stage.RUNNING for row in rows)

    await until(running, seconds=30)
    for id in ids:
        assert (await admin.call("DELETE", f"/routing/simulations/{id}")).status == 204
    assert [one["stage"] for one in (await admin.get("/routing/simulations")).json["items"]] == ["stopped"] * MOST_OPEN
    last = await over(hub_server, admin, (await ordered(admin, scenario=DAY))["id"])
    assert last["stage"] == "done"
    assert (await admin.call("DELETE", f"/routing/simulations/{ids[0]}")).status == 204
    assert (await admin.get(f"/routing/simulations/{ids[0]}")).status == 404
