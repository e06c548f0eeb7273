"""A real process at its most talkative: canaries are planted in every input, and no line it writes holds one."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.stores import free_port

ROOT = Path(__file__).parents[2]
API = "/api/v1"
PASSWORD = "canary-Password-4711"
NEW_PASSWORD = "canary-Changed-4711"
WRONG = "canary-Wrong-Password"
BODY = "canary-message-body 我的密码是零八一五"
PHONE = "+8613912345678"
EMAIL = "canary.customer@example.org"
NAME = "canary-customer-name"
FILE = "canary-file-name.txt"
SECRET = "canary-identity-secret-of-the-site"
CHAT = "canarysitekey01"


async def test_no_canary_in_the_log(tmp_path: Path) -> None:
    port = await asyncio.to_thread(free_port)
    log = tmp_path / "log"
    with await asyncio.to_thread(log.open, "wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server", "serve", "--port", str(port), "--data", str(tmp_path / "data"),
            cwd=ROOT, stdout=out, stderr=out, env={**os.environ, "YIZHAN_LOG": "json", "YIZHAN_LOG_LEVEL": "debug"},
        )  # fmt: skip
    try:
        secrets = await _story(f"http://127.0.0.1:{port}", log)
    finally:
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 30)
    text = await asyncio.to_thread(log.read_text, "utf-8")
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert len(lines) > 15, text
    assert {"login", "login_refused", "audit", "request"} <= {line["event"] for line in lines}
    found = [canary for canary in secrets if canary in text]
    assert found == [], text


async def _story(url: str, log: Path) -> list[str]:
    """Everything that can be said to a hub; returns what must not be found."""
    origin = {"Origin": url}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        setup = await _printed_token(http, url, log)
        me = await _json(http.post(f"{url}{API}/setup", headers=origin, json={
            "token": setup, "name": "Boss", "email": "boss@example.com", "password": PASSWORD}))  # fmt: skip
        own = {**origin, "X-CSRF-Token": me["csrf"]}
        cookie = next(iter(http.cookie_jar)).value
        token = await _json(http.post(f"{url}{API}/tokens", headers=own, json={"name": "t"}))
        await _inbox(http, url, own)
        visitor = await _chat(http, url, origin)
        await _agent(http, url, own, token["secret"])
        await _refused(http, url, origin, own)
        changed = await http.put(f"{url}{API}/me/password", headers=own, json={"old": PASSWORD, "new": NEW_PASSWORD})
        assert changed.status == 200, await changed.text()
        fresh = next(iter(http.cookie_jar)).value
    return [
        PASSWORD, NEW_PASSWORD, WRONG, BODY, "canary-message", PHONE, PHONE[3:], EMAIL, NAME, FILE, SECRET, cookie,
        fresh, me["csrf"], token["secret"], visitor, "canary", "boss@example.com", "零八一五",
    ]  # fmt: skip


async def _printed_token(http: aiohttp.ClientSession, url: str, log: Path) -> str:
    for _ in range(300):
        found = re.search(r"/setup#(\S+)", await asyncio.to_thread(log.read_text, "utf-8"))
        if found:
            return found[1]
        await asyncio.sleep(0.1)
    pytest.fail("the hub did not start: " + await asyncio.to_thread(log.read_text, "utf-8"))


async def _json(call: Any) -> Any:
    async with call as answer:
        assert answer.status < 300, await answer.text()
        return await answer.json()


async def _inbox(http: aiohttp.ClientSession, url: str, own: dict[str, str]) -> None:
    settings = {"identity": "optional", "identity_secret": SECRET}
    body = {"name": "Web", "channel": "webchat", "site_key": CHAT, "settings": settings}
    made = await _json(http.post(f"{url}{API}/inboxes", headers=own, json=body))
    assert SECRET not in json.dumps(made)
    assert SECRET not in json.dumps(await _json(http.get(f"{url}{API}/inboxes")))
    assert SECRET not in json.dumps(await _json(http.get(f"{url}{API}/audit")))


async def _chat(http: aiohttp.ClientSession, url: str, origin: dict[str, str]) -> str:
    """A visitor writes, sends a file, and says who they are with a forged signature."""
    forged = {"identity": {"id": NAME, "name": NAME, "email": EMAIL, "phone": PHONE, "hmac": "0" * 64}}
    await http.post(f"{url}/chat/{CHAT}/session", headers=origin, json=forged)
    told = await _json(http.post(f"{url}/chat/{CHAT}/session", headers=origin, json={"page": f"https://x/?q={EMAIL}"}))
    token: str = told["token"]
    async with http.ws_connect(
        f"{url}/chat/{CHAT}/socket", protocols=("yizhan.chat.1", f"token.{token}"), headers=origin
    ) as socket:
        await socket.send_json({"type": "hello", "seq": 0})
        parts = [{"type": "text", "body": f"{BODY} {PHONE} {EMAIL}"}]
        await socket.send_json({"type": "send", "client_id": "canary-client-1", "parts": parts})
        while (await socket.receive_json(timeout=10))["type"] != "accepted":
            pass
        await socket.send_str('{"type":"send","client_id":"' + BODY)
        await socket.receive(timeout=10)
    form = aiohttp.FormData()
    form.add_field("file", BODY.encode(), filename=FILE)
    await http.post(f"{url}/chat/{CHAT}/upload", headers={**origin, "Authorization": f"Bearer {token}"}, data=form)
    return token


async def _agent(http: aiohttp.ClientSession, url: str, own: dict[str, str], token: str) -> None:
    """The administrator answers, edits, searches, by cookie and by token."""
    rows: list[Any] = []
    for _ in range(100):
        rows = (await _json(http.get(f"{url}{API}/conversations?view=all")))["items"]
        if rows:
            break
        await asyncio.sleep(0.05)
    id = (rows[0].get("conversation") or rows[0])["id"]
    await http.post(f"{url}{API}/conversations/{id}/take", headers=own)
    said = {"client_id": "agent-client-1", "parts": [{"type": "text", "body": BODY}]}
    await http.post(f"{url}{API}/conversations/{id}/messages", headers=own, json=said)
    await http.put(f"{url}{API}/conversations/{id}/draft", headers=own, json={"text": BODY, "base_seq": 1})
    await http.patch(f"{url}{API}/conversations/{id}", headers=own, json={"subject": BODY})
    await http.get(f"{url}{API}/search", params={"q": BODY})
    await http.get(f"{url}{API}/users", headers={"Authorization": f"Bearer {token}"})
    person = {"name": NAME, "email": "canary.new@example.com", "role": "agent", "password": PASSWORD}
    await http.post(f"{url}{API}/users", headers=own, json=person)


async def _refused(http: aiohttp.ClientSession, url: str, origin: dict[str, str], own: dict[str, str]) -> None:
    """Everything that is turned away: a log line is likeliest to quote it."""
    async with aiohttp.ClientSession() as stranger:
        for password in (WRONG, PASSWORD + "x"):
            wrong = {"email": EMAIL, "password": password}
            await stranger.post(f"{url}{API}/session", headers=origin, json=wrong)
        await stranger.get(f"{url}{API}/users", headers={"Authorization": f"Bearer yz_{WRONG}"})
        await stranger.get(f"{url}{API}/users?token={WRONG}", headers={"Cookie": f"yizhan_session={WRONG}"})
        await stranger.post(f"{url}/hooks/nowhere?key={WRONG}", data=BODY.encode(), headers={"X-Signature": WRONG})
        await stranger.post(f"{url}/chat/{CHAT}/session", headers=origin, json={"token": WRONG})
    for raw in (f'{{"name": "{BODY}", "nope": "{PHONE}"}}', f'{{"{NAME}": 1}}', BODY, f'"{EMAIL}"'):
        sent = {**own, "Content-Type": "application/json"}
        await http.post(f"{url}{API}/teams", headers=sent, data=raw.encode())
    await http.get(f"{url}{API}/conversations/{NAME}")
    await http.get(f"{url}/{NAME}/{PHONE}")
