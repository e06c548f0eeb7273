"""What operators ask: alive, ready, which version, which figures; and pages that are served safely."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from server.pages import Pages
from tests.server.running import running

if TYPE_CHECKING:
    from pathlib import Path

    from tests.server.running import Running


async def test_not_ready_without_its_worker(hub_server: Running) -> None:
    stranger = await hub_server.stranger()
    hub_server.hub.working.clear()
    answer = await stranger.get("/readyz")
    assert (answer.status, answer.json["reasons"]) == (503, ["worker"])
    assert (await stranger.get("/healthz")).status == 200


async def test_not_ready_without_its_store(hub_server: Running) -> None:
    await hub_server.hub.store.close()
    answer = await (await hub_server.stranger()).get("/readyz")
    assert (answer.status, answer.json["reasons"]) == (503, ["store"])


async def test_a_process_without_work_needs_no_worker(tmp_path: Path, furnished: Path) -> None:
    async with running(tmp_path / "data", like=furnished, worker=False) as hub:
        assert (await (await hub.stranger()).get("/readyz")).status == 200


async def test_figures_name_routes_and_never_people(hub_server: Running) -> None:
    agent = await hub_server.log_in("agent")
    await agent.get("/conversations/01a1ffe5-5e4e-7448-b91c-7c9b2b8284f5")
    text = (await agent.get("/metrics")).body.decode()
    route = 'code="404",method="GET",route="/api/v1/conversations/{id}"'
    assert f"yizhan_http_requests_total{{{route}}} 1.0" in text
    assert "yizhan_ws_connections 0.0" in text
    assert "01a1ffe5" not in text
    assert agent.user not in text
    assert not re.search(r'="[^"]*@', text)


async def test_figures_are_for_this_machine(hub_server: Running) -> None:
    stranger = await hub_server.stranger()
    assert (await stranger.get("/metrics", headers={"X-Forwarded-For": "9.9.9.9"})).status == 404


async def test_version(hub_server: Running) -> None:
    answer = await (await hub_server.stranger()).get("/version")
    assert answer.json["name"] == "yizhan"


async def test_every_answer_carries_the_safe_headers(hub_server: Running) -> None:
    agent = await hub_server.log_in("agent")
    for path in ("/views", "/nothing", "/healthz"):
        headers = (await agent.get(path)).headers
        assert "script-src 'self';" in headers["Content-Security-Policy"]
        assert "unsafe-inline" not in headers["Content-Security-Policy"].partition("script-src")[2].partition(";")[0]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["X-Request-ID"]
        assert "aiohttp" not in headers["Server"]
    assert (await agent.get("/views")).headers["Cache-Control"] == "no-store"


async def test_pages(tmp_path: Path) -> None:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><p>驿站")
    (folder / "assets" / "app-1234.js").write_text("1")
    (tmp_path / "secret.txt").write_text("secret")
    pages = await asyncio.to_thread(Pages, folder)
    assert await status_of(pages, "assets/app-1234.js") == (200, "public, max-age=31536000, immutable")
    for route in ("", "inbox/mine", "login", "settings/users"):
        assert await status_of(pages, route) == (200, "no-cache")
    for path in ("assets/none.js", "../secret.txt", "assets/../../secret.txt", "favicon.ico"):
        with pytest.raises(web.HTTPNotFound):
            await status_of(pages, path)


async def status_of(pages: Pages, tail: str) -> tuple[int, str]:
    class Asked:
        match_info = {"tail": tail}  # read only

    answer = await pages.get(Asked())  # type: ignore[arg-type]  # as much of a request as is asked
    return answer.status, answer.headers["Cache-Control"]
