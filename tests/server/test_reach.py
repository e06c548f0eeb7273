"""Where else a customer is reached: by proof alone, masked, and only through conversations that one may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from conversations.model import CONVERSATIONS, PROFILES
from hub.store.port import put
from server.reach import masked
from tests.server.parrot.provider import hear, inbox, provider
from tests.waiting import until

if TYPE_CHECKING:
    from tests.server.running import Running


async def test_the_same_proof_is_the_same_person(hub_server: Running) -> None:
    admin, agent = await hub_server.log_in("admin"), await hub_server.log_in("agent")
    store = hub_server.hub.store
    async with provider() as one:
        box = await inbox(hub_server.hub, admin, one.url)
        for number, user in enumerate(("+8613800001234", "+8613900005678", "+8613700009999")):
            await hear(admin, box, {"id": f"m{number}", "user": user, "text": "hello"})

        async def all_there() -> bool:
            return len((await admin.get("/conversations?view=all")).json["items"]) == 3

        await until(all_there)
        rows = {row["address"]["user"]: row for row in (await admin.get("/conversations?view=all")).json["items"]}
        first, second, third = (rows[user] for user in ("+8613800001234", "+8613900005678", "+8613700009999"))
        for row, proofs in ((first, ("email:a@b.cn",)), (second, ("email:a@b.cn",)), (third, ("email:c@d.cn",))):
            read = await store.get(PROFILES, row["profile"])
            assert read is not None
            await store.commit(put(PROFILES, read, structs.replace(read, proofs=proofs)))

        async def reach(who: Any, row: dict[str, Any]) -> list[dict[str, Any]]:
            items: list[dict[str, Any]] = (await who.get(f"/conversations/{row['id']}/reach")).json["items"]
            return items

        (other,) = await reach(agent, first)
        assert (other["conversation"], other["user_shown"]) == (second["id"], "+86****5678")
        assert (other["inbox"], other["open"], other["left"]) == (box, True, 5)
        assert await reach(agent, third) == []
        talk = await store.get(CONVERSATIONS, second["id"])
        assert talk is not None
        hidden = structs.replace(talk, team="another", windows=())
        await store.commit(put(CONVERSATIONS, talk, hidden))
        (still,) = await reach(admin, first)
        assert (still["conversation"], still["open"]) == (second["id"], False)
        (unseen,) = await reach(agent, first)
        assert "conversation" not in unseen or unseen["conversation"] is None
        await admin.call("PATCH", f"/inboxes/{box}", json={"active": False})
        assert await reach(admin, first) == []


@pytest.mark.parametrize(
    ("user", "shown"),
    [
        ("+8613800001234", "+86****1234"), ("10690000", "****00"), ("ann@example.cn", "a***@example.cn"),
        ("oAbcdEfghIjkl", "oAbc****"), ("x", "x***"),
    ],
)  # fmt: skip
def test_an_address_is_shown_without_telling_it(user: str, shown: str) -> None:
    assert masked(user) == shown
