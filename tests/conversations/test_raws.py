"""What nobody understood is kept with its raw form, in the commit that stores it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conversations.raws import RAWS
from hub.model import Notice, Text
from tests.conversations.channels import heard, mail, of

if TYPE_CHECKING:
    from tests.conversations.floor import Floor

STRANGE = b'{"type": "\xff\x00 strange", "n": 1}'
UNKNOWN = Notice(code="unsupported", facts={"type": "card_coupon"})


async def test_an_unknown_kind_keeps_its_raw_form_byte_for_byte(both: Floor) -> None:
    await both.arrive(heard("", id="m1", parts=(UNKNOWN,), raw=STRANGE))
    (message,) = await both.messages(await of(both))
    row = await both.store.get(RAWS, message.id)
    assert row is not None
    assert (row.raw, row.conversation) == (STRANGE, message.conversation)


async def test_what_was_understood_keeps_none(channels: Floor) -> None:
    await channels.arrive(
        heard("", id="m1", parts=(Text(body="hi"),), raw=b"raw"), heard("", id="m2", parts=(UNKNOWN,)),
        heard("", id="m3", parts=(Notice(code="mail_too_large"),), raw=b"raw"),
    )  # fmt: skip
    messages = await channels.messages(await of(channels))
    assert await channels.store.get_many(RAWS, [message.id for message in messages]) == []


async def test_a_mail_names_the_blob_of_its_raw_form(channels: Floor) -> None:
    await channels.arrive(mail("x", id="a@x", original="f" * 64))
    (message,) = await channels.messages(await of(channels, "ann@example.cn", "email"))
    assert message.original == "f" * 64
