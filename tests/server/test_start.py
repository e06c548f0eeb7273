"""The hub comes up, says so, and shows its doors."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.server.running import Running


async def test_is_ready(hub_server: Running) -> None:
    stranger = await hub_server.stranger()
    answer = await stranger.get("/readyz")
    assert (answer.status, answer.json) == (200, {"ready": True, "reasons": [], "degraded": []})
    assert (await stranger.get("/healthz")).body == b"ok\n"


async def test_logs_in_and_shows_the_views(hub_server: Running) -> None:
    agent = await hub_server.log_in("agent")
    answer = await agent.get("/views")
    assert answer.status == 200
    assert [view["id"] for view in answer.json["views"]][:4] == ["mine", "offered", "mentions", "unassigned"]
