"""The HTTP door: a signed mail is kept as it came, and read outside of the call, into what IMAP would have brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.email.adapter import Email
from adapters.registry import find
from hub.errors import Unverified
from hub.model import Bell, Html, Text
from tests.adapters.contract.kit import Kit
from tests.adapters.email.desk import ROOT, Desk

if TYPE_CHECKING:
    from tests.adapters.contract.recordings import Recording

KIT = Kit(find(installed=False), "email", ROOT / "tests" / "adapters" / "recordings" / "email")
BY_NAME = {one.name: one for one in KIT.recordings}


async def pulled(recording: Recording) -> Desk:
    """Ring the bell of a recording and answer it."""
    desk = Desk(address="help@hub.example")
    [bell] = desk.adapter.parse(recording.request)
    assert isinstance(bell, Bell)
    await desk.adapter.pull(bell, desk.accept)
    return desk


@pytest.mark.parametrize("name", sorted(BY_NAME))
async def test_it_is_the_same_mail_as_by_imap(name: str) -> None:
    desk = await pulled(BY_NAME[name])
    [by_imap] = await desk.adapter.arrived(BY_NAME[name].request.body)
    assert [one.provider_id for one in desk.told] == [by_imap.provider_id]


async def test_what_it_says_is_read() -> None:
    [said] = (await pulled(BY_NAME["text__chinese_and_emoji"])).said
    assert said.parts == (Text(body="家里停水了 😢"),)
    assert (said.who.name, said.sender.user, said.subject) == ("李雷", "li@customer.example", "停水")


async def test_its_pictures_are_kept_by_their_content_id() -> None:
    desk = await pulled(BY_NAME["html__inline_picture"])
    [part] = desk.said[0].parts
    assert isinstance(part, Html)
    assert desk.files.kept[part.cid["p1"]].startswith(b"GIF89a")


async def test_without_a_secret_the_door_is_closed() -> None:
    adapter = Desk(address="help@hub.example").adapter
    assert isinstance(adapter, Email)
    with pytest.raises(Unverified, match="closed") as closed:
        adapter.verify(BY_NAME["text__chinese_and_emoji"].request)
    assert "`signing_secret`" in closed.value.hint
