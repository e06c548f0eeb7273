"""Twilio: its own library signs and we check, and the other way round; forged keys; media; a simulated account."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote_plus, urlencode

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as some
from msgspec import structs
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from adapters.contract import Request
from adapters.registry import find
from adapters.simulators.twilio import Twilio as Simulator
from hub.errors import ChannelBroken, Malformed, OptedOut, OutcomeUnknown, Refused, TryLater, Unverified
from hub.model import Address, Image, Inbound, Outbound, Receipt, Remote, Said, Text
from tests.adapters.contract.kit import Kit
from tests.adapters.texting.evidence import AT, RECORDINGS
from tests.adapters.texting.evidence.twilio import ACCOUNT, TOKEN
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

KIT = Kit(find(installed=False), "twilio", RECORDINGS / "twilio")
KIT.adapter()
URL = "https://hub.example/hooks/inbox-1"
SHARED: dict[str, Any] = {"shared_key_id": "webhooks_sharedkey_1", "shared_key_secret": "the-shared-secret-of-two"}
PICTURE = Path(__file__).parent / "contract" / "files" / "picture.jpg"
NAMES = some.text(some.characters(codec="utf-8"), max_size=12)


def asked(pairs: list[tuple[str, str]], url: str = URL, **headers: str) -> Request:
    """Return a form as Twilio posts it, signed by Twilio's library with the auth token unless told otherwise."""
    body = urlencode(pairs).encode()
    signature = RequestValidator(TOKEN).compute_signature(url, MultiDict(pairs))
    known = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature, **headers}
    return Request(method="POST", url=url, query={}, headers=known, body=body, at=AT)


@given(some.lists(some.tuples(NAMES.filter(bool), NAMES), min_size=1, max_size=8))
def test_what_twilios_library_signs_is_taken_whatever_the_fields_are(pairs: list[tuple[str, str]]) -> None:
    adapter = KIT.adapter()
    own = [(name, value) for name, value in pairs if name != "AccountSid"]
    adapter.verify(asked([*own, ("AccountSid", ACCOUNT)]))


@pytest.mark.parametrize(
    "pairs",
    [
        [("A", "1"), ("A", "2"), ("A", "1"), ("B", "")],
        [("Body", "a+b & c=d % 中文 😢"), ("Blank", "")],
        [("b", "1"), ("a", "1"), ("B", "1"), ("é", "ü")],
    ],
)
def test_names_twice_and_blanks(pairs: list[tuple[str, str]]) -> None:
    adapter = KIT.adapter()
    request = asked(pairs)
    adapter.verify(request)
    assert RequestValidator(TOKEN).validate(URL, MultiDict(pairs), request.headers["x-twilio-signature"])
    for other in (pairs[:-1], [*pairs, ("Z", "")], [(n, v + " ") for n, v in pairs]):
        with pytest.raises(Unverified):
            adapter.verify(structs.replace(request, body=urlencode(other).encode()))


@pytest.mark.parametrize(
    ("signed", "called", "public"),
    [
        (URL, URL, ""),
        ("https://hub.example:443/hooks/inbox-1", URL, ""),
        (URL, "https://hub.example:443/hooks/inbox-1", ""),
        ("https://hub.example:8443/h?a=1&b=%20", "https://hub.example:8443/h?a=1&b=%20", ""),
        ("https://sms.example/in", "http://10.0.0.7:8000/hooks/inbox-1", "https://sms.example/in"),
        ("https://sms.example/in?x=1", "http://10.0.0.7/hooks/inbox-1?x=1", "https://sms.example/in"),
        ("https://[2001:db8::1]/h", "https://[2001:db8::1]/h", ""),
    ],
)
def test_the_address_is_the_one_that_twilio_called(signed: str, called: str, public: str) -> None:
    request = structs.replace(asked([("A", "1")], signed), url=called)
    KIT.adapter(public_url=public or None).verify(request)
    with pytest.raises(Unverified) as refused:
        KIT.adapter(public_url="https://other.example/in").verify(request)
    assert "`public_url`" in refused.value.hint


def with_shared(pairs: list[tuple[str, str]], secret: str, told: str) -> Request:
    """Return a form signed with a shared key."""
    signature = RequestValidator(secret).compute_signature(URL, MultiDict(pairs), "HMAC_SHA256")
    return asked(pairs, **{"x-twilio-signature": signature, "x-twilio-webhooks-signature-settings": told})


def test_a_shared_key_is_chosen_by_our_setting_and_never_by_the_header() -> None:
    adapter, pairs, secret = KIT.adapter(**SHARED), [("A", "1")], str(SHARED["shared_key_secret"])
    right = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"
    adapter.verify(with_shared(pairs, secret, right))
    adapter.verify(with_shared(pairs, secret, "algorithm=hmac_sha256, key=webhooks_sharedkey_1"))
    for forged in (
        asked(pairs),  # the older, weaker proof, though valid for the auth token
        with_shared(pairs, TOKEN, right),
        with_shared(pairs, secret, "key=other,algorithm=HMAC_SHA256"),
        with_shared(pairs, secret, "key=webhooks_sharedkey_1,algorithm=HMAC_SHA1"),
        with_shared(pairs, secret, "key=webhooks_sharedkey_1"),
        with_shared(pairs, secret, ""),
    ):
        with pytest.raises(Unverified) as refused:
            adapter.verify(forged)
        assert "`shared_key_id`" in refused.value.hint
    with pytest.raises(Unverified):
        KIT.adapter().verify(with_shared(pairs, TOKEN, right))
    with pytest.raises(Unverified):
        KIT.adapter(shared_key_id="webhooks_sharedkey_1").verify(with_shared(pairs, "", right))


def test_json_is_proved_by_its_hash_in_the_address() -> None:
    body = b'{"MessageSid": "SM1"}'

    def posted(url: str, content: bytes) -> Request:
        signature = RequestValidator(TOKEN).compute_signature(url, {})
        headers = {"content-type": "application/json; charset=utf-8", "x-twilio-signature": signature}
        return Request(method="POST", url=url, query={}, headers=headers, body=content, at=AT)

    url = f"{URL}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    assert RequestValidator(TOKEN).validate(url, body.decode(), posted(url, body).headers["x-twilio-signature"])
    KIT.adapter().verify(posted(url, body))
    for forged in (posted(url, body + b" "), posted(URL, body), posted(f"{URL}?bodySHA256=", b"")):
        with pytest.raises(Unverified):
            KIT.adapter().verify(forged)


def test_an_event_of_another_account_is_refused() -> None:
    with pytest.raises(Unverified) as refused:
        KIT.adapter().verify(asked([("AccountSid", "AC" + "0" * 32), ("MessageSid", "SM1"), ("From", "+14155550123")]))
    assert "`account_sid`" in refused.value.hint


@pytest.mark.parametrize("body", [b"A=%ff", b"A", b"&&", b"A=1;B", b"\xff=1", b"&".join([b"a=1"] * 1001)])
def test_a_broken_form_is_no_event(body: bytes) -> None:
    request = structs.replace(asked([("A", "1")]), body=body)
    with pytest.raises(Unverified):
        KIT.adapter().verify(request)
    with pytest.raises(Malformed):
        KIT.adapter().parse(request)


@pytest.mark.parametrize(
    ("fields", "opt", "confirmed", "settings"),
    [
        ({"Body": "stop", "OptOutType": "STOP"}, "out", True, {}),
        ({"Body": "pare", "OptOutType": "STOP"}, "out", True, {"answers_stop": False}),
        ({"Body": "Stop"}, "out", True, {}),
        ({"Body": "Stop"}, "out", False, {"answers_stop": False}),
        ({"Body": "退订"}, "out", False, {}),
        ({"Body": "basta"}, "out", False, {"stop_words": ["BASTA"]}),
        ({"Body": "unstop"}, "in", True, {}),
        ({"Body": "stop, please"}, "", False, {}),
        ({"Body": "help", "OptOutType": "HELP"}, "", False, {}),
    ],
)
def test_words_that_stop(fields: dict[str, str], opt: str, confirmed: bool, settings: dict[str, Any]) -> None:
    told = {"MessageSid": "SM1", "AccountSid": ACCOUNT, "From": "+14155550123", **fields}
    [said] = KIT.adapter(**settings).parse(asked(list(told.items())))
    assert isinstance(said, Said)
    assert (said.opt, said.opt_confirmed) == (opt, confirmed)


class Hub:
    """The hub's side of a simulated account: what it accepted, each once."""

    def __init__(self) -> None:
        self.kept: dict[str, Inbound] = {}
        self.adapter: Any = None

    async def take(self, request: web.Request) -> web.Response:
        """Verify, parse, store, answer."""
        url = str(request.url)
        called = Request(
            method=request.method, url=url, query=dict(request.query), at=AT, body=await request.read(),
            headers={name.lower(): value for name, value in request.headers.items()},
        )  # fmt: skip
        self.adapter.verify(called)
        self.kept |= {one.provider_id: one for one in self.adapter.parse(called)}
        ack = self.adapter.ack(called)
        return web.Response(body=ack.body, content_type=ack.content_type)

    async def has(self, kind: type[Any], count: int = 1) -> list[Any]:
        """Wait until it has so many."""
        await until(lambda: self._is(len(self._of(kind)) >= count))
        return self._of(kind)

    def _of(self, kind: type[Any]) -> list[Any]:
        return [one for one in self.kept.values() if isinstance(one, kind)]

    async def _is(self, value: bool) -> bool:
        return value


@pytest.fixture
async def town() -> AsyncIterator[tuple[Simulator, Hub]]:
    hub, app = Hub(), web.Application()
    app.router.add_route("*", "/{path:.*}", hub.take)
    async with TestServer(app) as server, ClientSession() as http:
        simulator = Simulator(str(server.make_url("/hooks/inbox-1")), tell=lambda _: None)
        async with simulator.running():
            given = {name: value for name, value in simulator.settings().items() if value}
            hub.adapter = KIT.adapter(http, **given)
            hub.adapter._setup = structs.replace(hub.adapter._setup, base_url=str(server.make_url("")).rstrip("/"))
            yield simulator, hub


def to(number: str, *parts: Any) -> Outbound:
    """Return a message."""
    return Outbound(id="message-1", inbox="inbox-1", to=Address(channel="twilio", user=number), parts=parts,
                    conversation="c-1", seq=1)  # fmt: skip


async def test_a_conversation_with_a_simulated_account(town: tuple[Simulator, Hub]) -> None:
    simulator, hub = town
    called = await simulator.says("+14155550123", "Is the water back? 🚰")
    assert (called.status, called.body[-11:]) == (200, b"<Response/>")
    [said] = await hub.has(Said)
    id = await hub.adapter.send(to(said.sender.user, Text(body="At 18:00"), KIT.file("picture.jpg")))
    assert [(one.sid, one.body, len(one.media)) for one in simulator.sent] == [(id, "At 18:00", 1)]
    receipts = await hub.has(Receipt, 2)
    assert [(one.message, one.status) for one in receipts] == [(id, "sent"), (id, "delivered")]


async def test_stop_is_kept_by_twilio_and_told_to_us(town: tuple[Simulator, Hub]) -> None:
    simulator, hub = town
    await simulator.says("+14155550123", "STOP")
    [said] = await hub.has(Said)
    assert (said.opt, said.opt_confirmed) == ("out", True)
    with pytest.raises(OptedOut):
        await hub.adapter.send(to("+14155550123", Text(body="x")))
    await simulator.says("+14155550123", "START")
    assert await hub.adapter.send(to("+14155550123", Text(body="x")))


async def test_a_picture_is_fetched_with_the_key_which_stays_at_twilio(town: tuple[Simulator, Hub]) -> None:
    simulator, hub = town
    await simulator.shows("+14155550123", PICTURE, "look")
    [said] = await hub.has(Said)
    assert [type(part) for part in said.parts] == [Text, Remote]
    kept = await hub.adapter.media(said.parts[1])
    assert isinstance(kept, Image)
    assert kept.media_type == "image/jpeg"
    with pytest.raises(Refused):
        await hub.adapter.media(structs.replace(said.parts[1], ref=said.parts[1].ref + "gone"))
    for strange in ("http://169.254.169.254/latest", "https://twilio.com.evil.example/x", "http://api.twilio.com/x"):
        with pytest.raises(Refused):
            await hub.adapter.media(structs.replace(said.parts[1], ref=strange))


async def test_the_account_is_probed_and_its_figures_shown(town: tuple[Simulator, Hub]) -> None:
    simulator, hub = town
    assert [step.ok for step in await hub.adapter.probe()] == [True]
    assert await hub.adapter.figures() == {"balance": "7.25 USD"}
    async with ClientSession() as http:
        given = {**simulator.settings(), "auth_token": "another-token-that-is-wrong"}
        [step] = await KIT.adapter(http, **given).probe()
        assert (step.ok, "`auth_token`" in step.hint) == (False, True)


async def test_quotas_and_silence(town: tuple[Simulator, Hub]) -> None:
    simulator, hub = town
    simulator.per_second = 2
    ends = await asyncio.gather(
        *(hub.adapter.send(to("+14155550123", Text(body="x"))) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(one, TryLater) for one in ends) == 2
    simulator.per_second = 100
    simulator.faults.left, simulator.faults.code = 1, 30002
    with pytest.raises(ChannelBroken):
        await hub.adapter.send(to("+14155550123", Text(body="x")))


async def test_no_answer_is_an_unknown_outcome_after_a_while(
    town: tuple[Simulator, Hub], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.twilio.door.PATIENCE", 0.2)
    simulator, hub = town
    simulator.faults.left, simulator.faults.silent = 1, True
    with pytest.raises(OutcomeUnknown):
        await hub.adapter.send(to("+14155550123", Text(body="x")))


async def test_a_shared_key_signs_the_simulators_calls(town: tuple[Simulator, Hub]) -> None:
    simulator, hub = town
    simulator.shared_key = "webhooks_sharedkey_9"
    hub.adapter._setup = hub.adapter._setup.with_settings(**simulator.settings())
    assert (await simulator.says("+14155550123", "signed anew")).status == 200
    assert [one.parts[0].body for one in await hub.has(Said)] == ["signed anew"]


def test_the_library_and_the_standard_library_read_forms_alike() -> None:
    body = "Body=" + quote_plus("a+b 中 & =") + "&Blank="
    assert parse_qsl(body, keep_blank_values=True) == [("Body", "a+b 中 & ="), ("Blank", "")]
