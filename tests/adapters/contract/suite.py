"""The promises of STYLE 4.3, each a test that runs over every channel and recording. No test code per adapter."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec
import pytest
import structlog
from aiohttp import ClientSession
from msgspec import structs

from adapters.carry import tag_of
from hub.errors import (
    ChannelBroken,
    HubError,
    Malformed,
    OutcomeUnknown,
    Refused,
    TryLater,
    Unsupported,
    Unverified,
)
from hub.model import Address, Html, Image, Location, Outbound, Template, Text
from tests.adapters.contract.evidence import ERRORS, Failure
from tests.adapters.contract.kit import Kit, Sample
from tests.adapters.contract.provider import Provider, playing, told
from tests.adapters.contract.recordings import Recording, meant, seen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from adapters.contract import Request
    from hub.model import Part

NONSENSE = [b"", b"{", b"[]", b"null", b"0", b'"x"', b"{}", b"\xff\xfe\x00", b'{"type":', b"[" * 5000, b'{"type": {}}']
TRANSPORT = ("content-type", "host", "user-agent", "content-length", "accept", "connection")
"""Headers that prove nothing."""
ALIEN: dict[str, Part] = {
    "html": Html(body="<b>x</b>", text="x"),
    "template": Template(template="t"),
    "location": Location(latitude=30.2, longitude=120.1),
    "image": Image(blob="0" * 64, name="x.png", media_type="image/png", size=10),
}
FAILURES = [
    (401, ChannelBroken),
    (403, ChannelBroken),
    (400, Refused),
    (404, Refused),
    (422, Refused),
    (429, TryLater),
    (500, TryLater),
    (502, TryLater),
    (503, TryLater),
    (504, TryLater),
    (302, Refused),
]


def pytest_parametrize(metafunc: pytest.Metafunc, kits: list[Kit]) -> None:
    """Run each test over what it asks for; call it from `pytest_generate_tests` of the module with the kits."""
    held = [kit for kit in kits if not kit.exempt(metafunc.function.__name__)]
    asked = set(metafunc.fixturenames)
    if "recording" in asked:
        pairs = [(kit, one) for kit in held for one in kit.recordings]
        metafunc.parametrize(("kit", "recording"), pairs, ids=[f"{k.channel}-{r.name}" for k, r in pairs])
    elif "sample" in asked:
        found = [(kit, file) for kit in held for file in kit.samples().values()]
        metafunc.parametrize(("kit", "sample"), found, ids=[f"{k.channel}-{f.stem}" for k, f in found])
    elif "failure" in asked:
        ways = [(kit, one) for kit in held if kit.calls for one in kit.script.failures]
        metafunc.parametrize(("caller", "failure"), ways, ids=[f"{k.channel}-{_way(f)}" for k, f in ways])
    elif "caller" in asked:
        callers = [kit for kit in held if kit.calls]
        metafunc.parametrize("caller", callers, ids=[kit.channel for kit in callers])
    elif "kit" in asked:
        metafunc.parametrize("kit", held, ids=[kit.channel for kit in held])


class ContractSuite:
    """Inherit it in a module that has `pytest_generate_tests`."""

    def test_a_recording_becomes_exactly_its_golden(self, kit: Kit, recording: Recording) -> None:
        adapter = kit.adapter()
        adapter.verify(recording.request)
        inbounds = adapter.parse(recording.request)
        assert seen(inbounds) == meant(recording)
        assert all(one.raw == recording.raw for one in inbounds)
        assert all(one.inbox == "inbox-1" for one in inbounds)

    def test_the_same_request_has_the_same_identity(self, kit: Kit, recording: Recording) -> None:
        first, again = (kit.adapter().parse(recording.request) for _ in range(2))
        assert [one.provider_id for one in first] == [one.provider_id for one in again]
        later = structs.replace(recording.request, at=recording.request.at.replace(microsecond=999_000))
        assert [one.provider_id for one in kit.adapter().parse(later)] == [one.provider_id for one in first]

    def test_different_recordings_have_different_identities(self, kit: Kit) -> None:
        adapter = kit.adapter()
        keys = [one.provider_id for recording in kit.recordings for one in adapter.parse(recording.request)]
        assert len(keys) == len(set(keys))
        assert keys

    def test_a_recording_says_where_it_comes_from(self, kit: Kit, recording: Recording) -> None:
        assert len(recording.source) > 20

    def test_what_is_not_signed_is_refused_with_a_hint(self, kit: Kit, recording: Recording) -> None:
        adapter = kit.adapter()
        for broken in forged(kit, recording.request):
            with pytest.raises(Unverified) as refused:
                adapter.verify(broken)
            assert refused.value.hint

    def test_another_inbox_with_other_secrets_refuses_it(self, kit: Kit) -> None:
        for name in kit.card.secrets & set(kit.evidence.proof.secrets):
            changed: dict[str, Any] = {name: "anothersecretofanotherinbox"}
            other = kit.adapter(**changed)
            with pytest.raises(Unverified):
                other.verify(kit.recordings[0].request)

    @pytest.mark.parametrize("nonsense", NONSENSE, ids=lambda body: repr(body[:12]))
    def test_nonsense_is_malformed_and_nothing_else(self, kit: Kit, nonsense: bytes) -> None:
        request = structs.replace(kit.recordings[0].request, body=nonsense)
        with pytest.raises(Malformed):
            kit.adapter().parse(request)

    def test_half_an_event_is_malformed(self, kit: Kit, recording: Recording) -> None:
        body = recording.request.body
        with pytest.raises(Malformed):
            kit.adapter().parse(structs.replace(recording.request, body=body[: len(body) // 2]))

    def test_every_part_that_is_declared_has_a_sample(self, kit: Kit) -> None:
        assert {name.partition("__")[0] for name in kit.samples()} == set(kit.card.carries)

    async def test_what_is_declared_is_sent_as_its_golden_says(self, kit: Kit, sample: Any) -> None:
        golden = msgspec.json.decode(sample.read_bytes(), type=Sample)
        assert tag_of(golden.message.parts[0]) == sample.stem.partition("__")[0]
        async with provided(kit) as (provider, http):
            kit.pushed.clear()
            their_id = await kit.adapter(http, provider.url).send(golden.message)
            assert their_id
            assert [told(one, kit.script.volatile) for one in provider.asked] == golden.calls
            assert [{"topic": topic, "payload": json.loads(load)} for topic, load in kit.pushed] == golden.pushes

    async def test_what_it_cannot_carry_never_leaves(self, kit: Kit) -> None:
        too_long = Text(body="字" * (kit.card.limits.text + 1)) if kit.card.limits.text < 20_000 else None
        alien = [part for tag, part in ALIEN.items() if tag not in kit.card.carries]
        async with provided(kit) as (provider, http):
            adapter = kit.adapter(http, provider.url)
            for part in [*alien, *([too_long] if too_long else []), _too_large(kit)]:
                kit.pushed.clear()
                with pytest.raises(Unsupported):
                    await adapter.send(outbound(part))
                assert (provider.asked, kit.pushed) == ([], [])

    @pytest.mark.parametrize(("status", "error"), FAILURES)
    async def test_a_failure_says_what_to_do(self, caller: Kit, status: int, error: type[HubError]) -> None:
        async with provided(caller) as (provider, http):
            provider.status, provider.headers = status, {"Retry-After": "7"}
            named = caller.script.statuses.get(str(status))
            with pytest.raises(ERRORS[named] if named else error) as failed:
                await caller.adapter(http, provider.url).send(anything(caller))
            assert len(provider.asked) == 1
            if isinstance(failed.value, TryLater):
                assert failed.value.after is not None
                assert failed.value.after.total_seconds() == 7
            if isinstance(failed.value, ChannelBroken):
                assert "`" in failed.value.hint

    async def test_what_the_provider_calls_a_failure_is_one(self, caller: Kit, failure: Failure) -> None:
        async with provided(caller) as (provider, http):
            provider.status, provider.headers = failure.status, failure.headers
            provider.failing = msgspec.json.encode(failure.body)
            with pytest.raises(failure.kind) as failed:
                await caller.adapter(http, provider.url).send(anything(caller))
            assert type(failed.value) is failure.kind
            assert len(provider.asked) == failure.calls
            waits = getattr(failed.value, "after", None)
            assert failure.after is None or (waits is not None and waits.total_seconds() == failure.after)

    async def test_silence_after_the_message_left_is_an_unknown_outcome(self, caller: Kit) -> None:
        async with provided(caller) as (provider, http):
            provider.silent = True
            with pytest.raises(OutcomeUnknown):
                await caller.adapter(http, provider.url).send(anything(caller))

    async def test_nobody_there_is_worth_another_try(self, caller: Kit) -> None:
        async with ClientSession() as http:
            with pytest.raises(TryLater):
                await caller.adapter(http).send(anything(caller))

    async def test_every_attempt_has_the_same_key(self, caller: Kit) -> None:
        async with provided(caller) as (provider, http):
            for _ in range(2):
                await caller.adapter(http, provider.url).send(anything(caller))
            words = [[*one.headers.values(), *one.query.values()] for one in provider.asked]
            keyed = [
                b"message-1" in one.body or "message-1" in said for one, said in zip(provider.asked, words, strict=True)
            ]
            assert len(keyed) == 2
            assert all(keyed) or not caller.card.idempotent

    async def test_no_secret_is_ever_said(self, kit: Kit) -> None:
        adapter = kit.adapter()
        said = [repr(adapter), repr(vars(adapter)), str(kit.card)]
        with structlog.testing.capture_logs() as logs:
            for request in (
                *forged(kit, kit.recordings[0].request),
                structs.replace(kit.recordings[0].request, body=b"{"),
            ):
                for act in (adapter.verify, adapter.parse):
                    try:
                        act(request)
                    except HubError as error:
                        said.append(f"{error} {error.__cause__}")
        text = " ".join([*said, *map(str, logs)])
        assert [secret for secret in kit.secrets if secret in text] == []


def forged(kit: Kit, request: Request) -> list[Request]:
    """Return the request with a byte changed in everything its proof covers, and with each word of the proof gone."""
    proof = kit.evidence.proof
    headers = proof.headers
    if headers is None:
        unsigned = kit.card.signature == "none" or proof.query
        headers = [] if unsigned else [name for name in request.headers if name not in TRANSPORT]
    broken = [
        structs.replace(request, headers=words) for words in _spoilt(request.headers, headers)
    ] + [
        structs.replace(request, query=words, url=f"{request.url.partition('?')[0]}?{urlencode(words)}")
        for words in _spoilt(request.query, proof.query)
    ]  # fmt: skip
    whole = kit.card.signature == "body" if proof.body is None else proof.body
    if not whole:
        return broken
    at = len(request.body) // 2
    middle = bytes([request.body[at] ^ 1])
    bodies = [request.body[:at] + middle + request.body[at + 1 :], request.body + b" ", b""]
    return [*broken, *(structs.replace(request, body=body) for body in bodies)]


def _spoilt(words: Mapping[str, str], names: list[str]) -> list[dict[str, str]]:
    there = [name for name in names if name in words]
    return [
        *({name: value for name, value in words.items() if name != gone} for gone in there),
        *({**words, name: _changed(words[name])} for name in there),
    ]


def outbound(part: Part) -> Outbound:
    """Return a message of one part."""
    to = Address(channel="x", user="u-1")
    return Outbound(id="message-1", inbox="inbox-1", to=to, parts=(part,), conversation="c-1", seq=2, author="小林")


def anything(kit: Kit) -> Outbound:
    """Return some message that the channel carries: a text, or what its first golden sends."""
    if "text" in kit.card.carries:
        return outbound(Text(body="x"))
    first = next(iter(kit.samples().values()))
    return msgspec.json.decode(first.read_bytes(), type=Sample).message


@asynccontextmanager
async def provided(kit: Kit) -> AsyncIterator[tuple[Provider, ClientSession]]:
    """Give a fake provider that follows the channel's script, and a session to call it with."""
    async with playing(kit.script) as provider, ClientSession() as http:
        yield provider, http


def _way(failure: Failure) -> str:
    code = failure.body.get("errcode", "") if isinstance(failure.body, dict) else ""
    return "-".join(str(word) for word in (failure.status, code, failure.error) if word)


def _changed(value: str) -> str:
    """Change the first digit or letter that is part of the proof itself, not of its scheme's name."""
    at = max(value.rfind(" "), value.find(",")) + 1
    at = at if at < len(value) else 0
    return f"{value[:at]}{'A' if value[at] != 'A' else 'B'}{value[at + 1 :]}"


def _too_large(kit: Kit) -> Image:
    return Image(blob="0" * 64, name="x.png", media_type="image/png", size=kit.card.limits.attachment_bytes + 1)


__all__ = ["ContractSuite", "forged", "outbound", "provided", "pytest_parametrize"]
