"""Who a visitor is: tokens that are ours, for this inbox, for a time; identities that the host page proved."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from adapters.webchat import visitors
from adapters.webchat.visitors import Visitor, proof
from conversations.model import PROFILES
from hub import keys
from hub.store.port import Eq
from tests.chat.house import INBOX, KEY, RING, SECRET, House, house

if TYPE_CHECKING:
    from pathlib import Path


def identity(id: str = "user-7", secret: str = SECRET, **more: str) -> dict[str, str]:
    """What a host page's server makes of its user."""
    return {"id": id, "hmac": proof(secret, id), **more}


async def opened(hub: House, **body: Any) -> tuple[int, dict[str, Any]]:
    """Open a session and return the status too."""
    async with hub.http.post(f"{hub.url}/chat/{KEY}/session", json=body, headers=hub.origin) as answer:
        return answer.status, await answer.json()


async def test_a_visitor_is_known_again_by_the_token(hub: House) -> None:
    first = await hub.session()
    again = await hub.session(token=first["token"])
    assert again["visitor"] == first["visitor"]
    assert again["token"] == first["token"]
    assert (await hub.session())["visitor"] != first["visitor"]


async def test_a_token_that_grows_old_is_renewed_and_one_that_is_over_begins_anew(hub: House) -> None:
    signer, now = visitors.signer(RING), hub.chat.clock.now()
    old = signer.sign(Visitor(inbox=INBOX, visitor="v_old"), until=now + timedelta(days=2))
    renewed = await hub.session(token=old)
    assert (renewed["visitor"], renewed["token"] != old) == ("v_old", True)
    assert signer.verify(renewed["token"], now).expires_at > now + timedelta(days=29)
    over = signer.sign(Visitor(inbox=INBOX, visitor="v_old"), until=now)
    assert (await hub.session(token=over))["visitor"] != "v_old"


def bad_tokens() -> dict[str, str]:
    """Every token that must open nothing."""
    now = visitors_clock()
    month = now + timedelta(days=30)
    good = visitors.signer(RING).sign(Visitor(inbox=INBOX, visitor="v_x"), until=month)
    name, claims, mac = good.split(".")
    stranger = keys.parse(keys.fresh("k1"))
    return {
        "nothing": "",
        "noise": "abc",
        "three dots": "a.b.c",
        "another inbox": visitors.signer(RING).sign(Visitor(inbox="other", visitor="v_x"), until=month),
        "over": visitors.signer(RING).sign(Visitor(inbox=INBOX, visitor="v_x"), until=now - timedelta(seconds=1)),
        "another key": visitors.signer(stranger).sign(Visitor(inbox=INBOX, visitor="v_x"), until=month),
        "changed claims": f"{name}.{claims[:-2]}AA.{mac}",
        "changed signature": f"{name}.{claims}.{mac[:-2]}AA",
        "no signature": f"{name}.{claims}.",
        "unknown key name": f"k9.{claims}.{mac}",
        "not ascii": "ключ.b.c",
    }


def visitors_clock() -> Any:
    """Return now, as the hub sees it."""
    from hub.clock import SystemClock

    return SystemClock().now()


@pytest.mark.parametrize("name", sorted(bad_tokens()))
async def test_no_forged_token_opens_anything(hub: House, name: str) -> None:
    token = bad_tokens()[name]
    if token.isascii():
        window = await hub.window(token, hello=False)
        assert await window.next() == {"type": "closed", "code": 4401}
        headers = {"Authorization": f"Bearer {token}"}
        for path in ("poll", "history", f"blobs/{'0' * 64}"):
            async with hub.http.get(f"{hub.url}/chat/{KEY}/{path}", headers=headers) as answer:
                assert answer.status == 401, path
        for path in ("frames", "upload"):
            async with hub.http.post(f"{hub.url}/chat/{KEY}/{path}", headers=headers, json={}) as answer:
                assert answer.status == 401, path
    assert (await hub.session(token=token))["visitor"] != "v_x"


async def test_a_key_that_was_added_signs_and_the_old_one_still_checks() -> None:
    old, new = keys.fresh("k1"), keys.fresh("k2")
    at = visitors_clock()
    token = visitors.signer(keys.parse(old)).sign(Visitor(inbox="i", visitor="v"), until=at + timedelta(hours=1))
    both = visitors.signer(keys.parse(f"{new},{old}"))
    assert both.verify(token, at).payload.visitor == "v"
    assert both.sign(Visitor(inbox="i", visitor="v"), until=at + timedelta(hours=1)).startswith("k2.")


async def test_identities_are_believed_only_with_their_proof(tmp_path: Path) -> None:
    async with house(tmp_path, identity="optional", identity_secret=SECRET) as hub:
        status, known = await opened(hub, identity=identity(name="李雷", email="lei@shop.example"))
        assert (status, known["visitor"][:2]) == (200, "u_")
        for forged in (identity(secret="another-secret-of-somebody"), {"id": "user-7"}, {"id": "user-7", "hmac": ""},
                       {"id": "user-8", "hmac": proof(SECRET, "user-7")}):  # fmt: skip
            status, told = await opened(hub, identity=forged)
            assert (status, told["code"]) == (401, "unverified")
        assert (await opened(hub))[0] == 200


async def test_a_verified_person_is_the_same_on_every_device_and_their_proof_is_kept(tmp_path: Path) -> None:
    async with house(tmp_path, identity="required", identity_secret=SECRET) as hub:
        phone = await hub.session(identity=identity(name="李雷", email="lei@shop.example"))
        laptop = await hub.session(identity=identity(name="李雷", email="lei@shop.example"))
        assert phone["visitor"] == laptop["visitor"]
        assert (await hub.session(identity=identity("user-8")))["visitor"] != phone["visitor"]
        window = await hub.window(phone["token"])
        await window.send(type="send", client_id="message-1", parts=[{"type": "text", "body": "你好"}])
        other = await hub.window(laptop["token"])
        assert (await other.until("message"))[-1]["parts"][0]["body"] == "你好"
        (profile,) = await hub.store.find(PROFILES, Eq("channel", "webchat"), Eq("user", phone["visitor"]))
        assert (profile.name, profile.email, set(profile.verified)) == ("李雷", "lei@shop.example", {"name", "email"})


async def test_where_proof_is_required_an_anonymous_token_is_not_enough(tmp_path: Path) -> None:
    async with house(tmp_path, identity="required", identity_secret=SECRET) as hub:
        assert (await opened(hub))[0] == 401
        anonymous = visitors.signer(RING).sign(
            Visitor(inbox=INBOX, visitor="v_x"), until=hub.chat.clock.now() + timedelta(hours=1)
        )
        assert (await opened(hub, token=anonymous))[0] == 401
        window = await hub.window(anonymous, hello=False)
        assert await window.next() == {"type": "closed", "code": 4401}
        proved = await hub.session(identity=identity())
        assert (await hub.session(token=proved["token"]))["visitor"] == proved["visitor"]


async def test_both_identity_secrets_count_while_they_change_and_none_fails_closed(tmp_path: Path) -> None:
    new = "the-next-identity-secret"
    async with house(tmp_path, identity="optional", identity_secret=new, identity_secret_before=SECRET) as hub:
        assert (await opened(hub, identity=identity()))[0] == 200
        assert (await opened(hub, identity=identity(secret=new)))[0] == 200
    async with house(tmp_path / "other", identity="optional") as hub:
        status, told = await opened(hub, identity=identity())
        assert (status, told["code"]) == (502, "channel_broken")


async def test_without_verified_identities_a_name_is_a_name_and_nothing_more(hub: House) -> None:
    first = await hub.session(identity={"id": "user-7", "name": "李雷"})
    assert first["visitor"].startswith("v_")
    assert (await hub.session(identity={"id": "user-7", "name": "李雷"}))["visitor"] != first["visitor"]
    payload = visitors.signer(RING).verify(first["token"], hub.chat.clock.now()).payload
    assert (payload.name, payload.verified, payload.sender.verified) == ("李雷", False, ())


async def test_the_page_is_kept_without_its_query(hub: House) -> None:
    made = await hub.session(page="https://shop.example/cart?card=4111#top", language="zh-CN")
    payload = visitors.signer(RING).verify(made["token"], hub.chat.clock.now()).payload
    assert (payload.page, payload.language) == ("https://shop.example/cart", "zh-CN")
    odd = await hub.session(page="javascript:alert(1)", language="<b>")
    payload = visitors.signer(RING).verify(odd["token"], hub.chat.clock.now()).payload
    assert (payload.page, payload.language) == ("", "")


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b'{"surprise": 1}', 422), (b'{"token": 7}', 422), (b'{"identity": {"name": "x"}}', 422),
     (b"\xff", 400), (b'{"page": "' + b"x" * 20_000 + b'"}', 413), (b"[" * 5000, 400)],
)  # fmt: skip
async def test_a_bad_opening_is_refused(hub: House, body: bytes, status: int) -> None:
    headers = {**hub.origin, "Content-Type": "application/json"}
    async with hub.http.post(f"{hub.url}/chat/{KEY}/session", data=body, headers=headers) as answer:
        assert answer.status == status


async def test_one_address_opens_so_many_sessions_and_no_more(hub: House) -> None:
    statuses = [(await opened(hub))[0] for _ in range(62)]
    assert (statuses[0], statuses[-1]) == (200, 429)
