"""Inboxes, canned replies and labels: what administrators write and colleagues find."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from msgspec import structs

from conversations.canned import CannedEdit, CannedReplies, NewCanned, fill, initials, suits
from conversations.inboxes import NewInbox
from conversations.labels import Labels, NewLabel
from hub.errors import Conflict, Invalid, NotFound, WrongMove

if TYPE_CHECKING:
    from tests.conversations.floor import Floor


@pytest.mark.parametrize(
    ("title", "letters"),
    [("退款说明", "tksm"), ("重庆银行", "cqyh"), ("Refund policy 2", "rp2"), ("VIP 退款", "vtk"), ("😀", ""), ("", "")],
)
def test_initials_of_a_title(title: str, letters: str) -> None:
    assert initials(title) == letters


async def test_a_canned_reply_is_found_by_shortcut_initials_and_title(floor: Floor) -> None:
    replies = CannedReplies(floor.store)
    canned = await replies.create(NewCanned(shortcut="Refund", title="退款说明", body="x"))
    assert [suits(canned, typed) for typed in ("ref", "tks", "款说", "REF", "", "sm", "x")] == [
        True, True, True, True, True, False, False,
    ]  # fmt: skip


async def test_canned_replies_are_kept_by_team_and_changed_with_their_version(floor: Floor) -> None:
    replies = CannedReplies(floor.store)
    ours = await replies.create(NewCanned(shortcut="b", title="我们", body="x", team="sales"))
    await replies.create(NewCanned(shortcut="a", title="大家", body="y"))
    assert [one.shortcut for one in await replies.all(["sales"])] == ["a", "b"]
    assert [one.shortcut for one in await replies.all(["other"])] == ["a"]
    changed = await replies.change(ours, CannedEdit(title="所有人", team=""))
    assert (changed.initials, changed.team, changed.body) == ("syr", None, "x")
    with pytest.raises(Conflict):
        await replies.change(ours, CannedEdit(body="z"))
    with pytest.raises(Invalid):
        await replies.change(changed, CannedEdit(shortcut="a"))
    with pytest.raises(Invalid):
        await replies.create(NewCanned(shortcut="B", title="x", body="x"))
    await replies.remove(ours.id)
    with pytest.raises(NotFound):
        await replies.remove(ours.id)


def test_facts_fill_their_places_and_the_unknown_becomes_nothing() -> None:
    body = "{{customer.name}}，您好！{{ agent.name }} {{order}} {{ x y }} {{customer.name}}"
    assert fill(body, {"customer.name": "{{agent.name}}", "agent.name": "Li"}) == (
        "{{agent.name}}，您好！Li  {{ x y }} {{agent.name}}"
    )


async def test_labels_have_one_name_each(floor: Floor) -> None:
    labels = Labels(floor.store)
    vip = await labels.create(NewLabel(name="vip"))
    await labels.create(NewLabel(name="退款", colour="#ff0000"))
    with pytest.raises(Invalid):
        await labels.create(NewLabel(name="vip"))
    await labels.remove(vip.id)
    assert [label.name for label in await labels.all()] == ["退款"]
    with pytest.raises(NotFound):
        await labels.remove(vip.id)


async def test_an_inbox_is_made_changed_and_found_by_its_site_key(floor: Floor) -> None:
    made = await floor.inboxes.create(NewInbox(name="Shop", channel="webchat", site_key="site-0001"))
    assert await floor.inboxes.by_site_key("site-0001") == made
    assert await floor.inboxes.by_site_key("site-0002") is None
    with pytest.raises(Invalid) as refused:
        await floor.inboxes.create(NewInbox(name="Other", channel="webchat", site_key="site-0001"))
    assert refused.value.path == "$.site_key"
    changed = await floor.inboxes.change(made, structs.replace(made, name="Store"))
    with pytest.raises(Conflict):
        await floor.inboxes.change(made, structs.replace(made, name="Late"))
    assert await floor.inboxes.get(made.id) == changed
    assert {inbox.id for inbox in await floor.inboxes.all()} == {"web", made.id}
    assert len(await floor.inboxes.of_channel("webchat")) == 2


async def test_an_inbox_somebody_wrote_to_cannot_be_deleted(floor: Floor) -> None:
    inbox = await floor.inboxes.get("web")
    await floor.hear()
    with pytest.raises(WrongMove) as refused:
        await floor.inboxes.remove(inbox, floor.transcripts)
    assert "active" in refused.value.hint
    fresh = await floor.inboxes.create(NewInbox(name="Unused", channel="webchat"))
    await floor.inboxes.remove(fresh, floor.transcripts)
    with pytest.raises(NotFound):
        await floor.inboxes.get(fresh.id)


async def test_no_setting_shows_where_an_inbox_is_printed(floor: Floor) -> None:
    inbox = await floor.inboxes.get("web")
    assert "cipher" not in repr(structs.replace(inbox, secrets={"key": "cipher"}, settings={"app": "cipher"}))


@pytest.mark.parametrize(
    "given",
    [
        {"name": "", "channel": "webchat"},
        {"name": "x", "channel": "Web Chat"},
        {"name": "x", "channel": "webchat", "site_key": "short"},
        {"name": "x", "channel": "webchat", "id": "mine"},
        {"name": "x", "channel": "webchat", "hours": {"zone": "Nowhere"}},
        {"name": "x", "channel": "webchat", "reopen_hours": -1},
    ],
)
def test_an_inbox_that_cannot_be_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(given, NewInbox)
