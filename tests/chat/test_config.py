"""How the window looks: the inbox's settings, its hours, its questions; the pages around it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from msgspec import structs

from conversations.hours import Hours, Interval
from conversations.inboxes import INBOXES
from conversations.model import PROFILES
from hub.store.port import Eq, put
from server.chat.pages import WIDGET
from tests.chat.house import INBOX, KEY, House, house

if TYPE_CHECKING:
    from pathlib import Path

FORM = '[{"name": "name", "label": "称呼"}, {"name": "phone", "label": "电话", "kind": "phone"}]'


async def config(hub: House) -> Any:
    """Ask how the window looks."""
    async with hub.http.get(f"{hub.url}/chat/{KEY}/config?lang=zh", headers=hub.origin) as answer:
        assert answer.status == 200
        return await answer.json()


async def test_the_window_looks_as_the_inbox_says_and_tells_no_secret(tmp_path: Path) -> None:
    secret = "a-secret-of-the-host-page"
    async with house(tmp_path, title="水务客服", colour="#0d4a73", pre_chat=FORM, identity_secret=secret) as hub:
        told = await config(hub)
        assert (told["title"], told["colour"], told["identity"]) == ("水务客服", "#0d4a73", "off")
        assert [field["name"] for field in told["pre_chat"]] == ["name", "phone"]
        assert told["upload"]["max_bytes"] == 10 * 1024 * 1024
        assert secret not in str(told)


async def test_outside_its_hours_the_window_says_when_somebody_is_back(hub: House) -> None:
    assert (await config(hub))["hours"] == {"open": True, "next_open_at": None}
    now = hub.chat.clock.now()
    day = (now + timedelta(days=3)).weekday()
    hours = Hours(zone="UTC", week=(Interval(day=day, start=540, end=1020),))
    inbox = await hub.store.get(INBOXES, INBOX)
    assert inbox is not None
    await hub.store.commit(put(INBOXES, inbox, structs.replace(inbox, hours=hours)))
    await hub.chat.channels.reload(INBOX)
    told = (await config(hub))["hours"]
    assert told["open"] is False
    assert told["next_open_at"].endswith("T09:00:00Z")


async def test_an_inbox_that_is_switched_off_has_no_chat(hub: House) -> None:
    inbox = await hub.store.get(INBOXES, INBOX)
    assert inbox is not None
    await hub.store.commit(put(INBOXES, inbox, structs.replace(inbox, active=False)))
    await hub.chat.channels.reload(INBOX)
    async with hub.http.get(f"{hub.url}/chat/{KEY}/config") as answer:
        assert answer.status == 404


async def test_the_form_before_the_chat_introduces_the_visitor(hub: House) -> None:
    opened = await hub.session()
    window = await hub.window(opened["token"])
    answers = {"name": "李雷", "phone": "13800138000", "account": "00412233"}
    await window.send(type="form", client_id="form-0001", name="pre_chat", answers=answers)
    frame = (await window.until("message"))[-1]
    assert frame["parts"][0]["answers"] == answers
    (profile,) = await hub.store.find(PROFILES, Eq("channel", "webchat"), Eq("user", opened["visitor"]))
    assert (profile.name, profile.phone, profile.verified) == ("李雷", "13800138000", ())
    assert profile.attributes == {"account": "00412233"}


async def test_the_demo_page_wears_the_widget(hub: House) -> None:
    async with hub.http.get(f"{hub.url}/demo") as answer:
        text = await answer.text()
        assert (answer.status, f'data-key="{KEY}"' in text) == (200, True)
    async with hub.http.get(f'{hub.url}/demo?key="><script>') as answer:
        assert f'data-key="{KEY}"' in await answer.text()
    for name, status in (
        ("page.css", 200),
        ("page.js", 200),
        ("drop.svg", 200),
        ("page.html", 404),
        ("..%2fparts.py", 404),
    ):
        async with hub.http.get(f"{hub.url}/demo/{name}") as answer:
            assert answer.status == status, name


async def test_any_site_may_load_the_widget(hub: House) -> None:
    async with hub.http.get(f"{hub.url}/widget.js") as answer:
        assert answer.status == (200 if WIDGET.exists() else 404)
        if answer.status == 200:
            assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
