"""Pushes that are forged, cut, replayed or meant for another account: refused, and nothing falls over."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest
from msgspec import structs

from adapters.contract import Request
from hub.errors import (
    Malformed,
    Unverified,
)
from hub.model import (
    Said,
    Text,
)
from tests.adapters.weixin.world import LEI, World, world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from adapters.simulators.stage import Hook


@pytest.fixture
async def wechat(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


def requested(wechat: World, hook: Hook, body: bytes | None = None, **query: str) -> Request:
    """Return a call as the adapter sees it, changed a little."""
    words = {**dict(parse_qsl(urlsplit(hook.url).query, keep_blank_values=True)), **query}
    return Request(method=hook.method, url=hook.url, query=words, headers={}, body=hook.body if body is None else body,
                   at=wechat.clock.now())  # fmt: skip


def pushed(wechat: World) -> Hook:
    """Return a good call."""
    return wechat.sim.signed(wechat.sim.words(LEI, "text", Content="一", MsgId=77))


@pytest.mark.parametrize("at", [0, 1, 40, 90, 150, -1])
async def test_a_changed_letter_of_the_envelope_is_refused(wechat: World, at: int) -> None:
    hook = pushed(wechat)
    before, mark, after = hook.body.partition(b"<Encrypt><![CDATA[")
    sealed, end, rest = after.partition(b"]]>")
    changed = bytearray(sealed)
    changed[at] = ord("A") if changed[at] != ord("A") else ord("B")
    wechat.adapter.verify(requested(wechat, hook))
    with pytest.raises(Unverified):
        wechat.adapter.verify(requested(wechat, hook, before + mark + bytes(changed) + end + rest))


async def test_a_message_without_an_envelope_is_refused_in_encrypted_mode(wechat: World) -> None:
    wechat.sim.account = structs.replace(wechat.sim.account, mode="plain")
    hook = pushed(wechat)
    with pytest.raises(Unverified, match="without an envelope") as refused:
        wechat.adapter.verify(requested(wechat, hook))
    assert "安全模式" in refused.value.hint
    assert (await wechat.sim.call(hook)).status == 401


async def test_the_plain_copy_of_compatible_mode_is_never_believed(wechat: World) -> None:
    wechat.sim.account = structs.replace(wechat.sim.account, mode="compatible")
    hook = pushed(wechat)
    forged = hook.body.replace("一".encode(), "二".encode())
    assert forged != hook.body
    request = requested(wechat, hook, forged)
    wechat.adapter.verify(request)
    (said,) = wechat.adapter.parse(request)
    assert isinstance(said, Said)
    assert said.parts == (Text(body="一"),)


async def test_a_message_for_another_account_is_refused(wechat: World) -> None:
    wechat.sim.account = structs.replace(wechat.sim.account, app_id="wxanotheraccount1")
    request = requested(wechat, pushed(wechat))
    with pytest.raises(Unverified, match="not for this account"):
        wechat.adapter.verify(request)
    with pytest.raises(Malformed):
        wechat.adapter.parse(request)


async def test_a_former_key_opens_until_it_is_taken_away(wechat: World) -> None:
    old = wechat.sim.account.key
    hook, new = pushed(wechat), "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
    wechat.another(encoding_aes_key=new, encoding_aes_key_before=old).verify(requested(wechat, hook))
    with pytest.raises(Unverified, match="not for this account"):
        wechat.another(encoding_aes_key=new).verify(requested(wechat, hook))


@pytest.mark.parametrize("form", ["xml", "json"])
async def test_what_is_cut_off_is_malformed_at_every_byte(tmp_path: Path, form: str) -> None:
    async with world(tmp_path, form=form, mode="plain") as wechat:
        hook = pushed(wechat)
        whole = hook.body
        for end in range(len(whole)):
            with pytest.raises(Malformed):
                wechat.adapter.parse(requested(wechat, hook, whole[:end]))


BOMB = b'<!DOCTYPE l [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]><xml><Content>&b;</Content></xml>'
ODD = [
    BOMB,
    b"<xml><FromUserName>u</FromUserName></xml>",
    b"<xml><FromUserName>u</FromUserName><CreateTime>x</CreateTime><MsgType>text</MsgType></xml>",
    b"<xml><FromUserName>u</FromUserName><CreateTime>99999999999999</CreateTime><MsgType>text</MsgType></xml>",
    b"<xml><FromUserName>u</FromUserName><CreateTime>-1</CreateTime><MsgType>text</MsgType></xml>",
    b"<xml><FromUserName>u</FromUserName><FromUserName>v</FromUserName><CreateTime>1</CreateTime><MsgType>t</MsgType></xml>",
    b"<xml><FromUserName><x>1</x></FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType></xml>",
    b'{"FromUserName":"u","CreateTime":1,"MsgType":{"a":1}}',
    b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b'{"FromUserName":"' + b"u" * 129 + b'","CreateTime":1,"MsgType":"text"}',
]


@pytest.mark.parametrize("body", ODD, ids=lambda body: repr(body[:60]))
async def test_nonsense_inside_a_good_envelope_is_malformed(wechat: World, body: bytes) -> None:
    sealed = wechat.another(mode="plain")
    with pytest.raises(Malformed):
        sealed.parse(requested(wechat, pushed(wechat), body))
