"""Aliyun: its manual's signature, a gateway that checks ours, its 700 ms and its repeats, its limits and its codes."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession

from adapters.aliyun import signature
from adapters.contract import Request, TemplateCard
from adapters.registry import find
from adapters.simulators.aliyun import Aliyun as Simulator
from adapters.simulators.stage import Hook
from hub.errors import ChannelBroken, Malformed, OutcomeUnknown, Refused, TryLater, Unsupported, Unverified
from hub.model import Address, Outbound, Receipt, Said, Text
from tests.adapters.contract.kit import Kit
from tests.adapters.texting.evidence import AT, RECORDINGS
from tests.adapters.texting.evidence.aliyun import PATH, REPLY, SECRET
from tests.adapters.texting.gateways import PERSON, Hub, seconds, template

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

KIT = Kit(find(installed=False), "aliyun", RECORDINGS / "aliyun")
KIT.adapter()
NOTICE: dict[str, Any] = {"area": "竹溪巷 & 河坊街+", "time": "18:00"}


def test_the_signature_is_that_of_the_manual() -> None:
    """https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature, its fixed example."""
    made = signature.headers(
        host="ecs.cn-shanghai.aliyuncs.com", action="RunInstances", version="2014-05-26",
        query={"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"},
        body=b"", at=datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC), nonce="3156853299f313e23d1673dc12e1703d",
        key="YourAccessKeyId", secret="YourAccessKeySecret",
    )  # fmt: skip
    assert made["authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;"
        "x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


@pytest.fixture
async def town() -> AsyncIterator[tuple[Simulator, Hub]]:
    hub = Hub()
    async with hub.server() as server, ClientSession() as http:
        simulator = Simulator(str(server.make_url("/hooks/inbox-1")), tell=lambda _: None)
        simulator.pause = 0.01  # type: ignore[misc]
        async with simulator.running():
            hub.adapter = KIT.adapter(http, **simulator.settings())
            yield simulator, hub


async def test_a_template_its_report_and_the_answer_to_it(town: tuple[Simulator, Hub]) -> None:
    simulator, hub = town
    id = await hub.adapter.send(template("SMS_100001", **NOTICE))
    [sent] = simulator.sent
    assert json.loads(sent["TemplateParam"]) == NOTICE
    assert (sent["BizId"], sent["PhoneNumbers"], sent["SmsUpExtendCode"]) == (id, "13800138000", "07")
    [receipt] = await hub.has(Receipt)
    assert (receipt.message, receipt.status) == (id, "delivered")
    await simulator.says("13800138000", "Ｔ")
    [said] = await hub.has(Said)
    assert (said.sender.user, said.opt, said.who.attributes["dest_code"]) == (PERSON, "out", "1069000007")


async def test_it_is_called_again_until_it_stored_and_stores_once(town: tuple[Simulator, Hub]) -> None:
    simulator, hub = town
    hub.fail = 3
    assert (await simulator.says("13800138000", "一")).tries == 4
    body = json.dumps([simulator.reply("13800138000", "二")]).encode()
    for _ in range(3):
        assert (await simulator.posts(body)).body == '{"code":0,"msg":"接收成功"}'.encode()
    assert [one.parts[0].body for one in await hub.has(Said, 2)] == ["一", "二"]
    assert hub.repeats == 2


async def test_the_address_is_tried_with_a_get_and_answers_well_within_700_ms(town: tuple[Simulator, Hub]) -> None:
    simulator, _ = town
    begun = time.perf_counter()
    answered = await simulator.call(Hook(method="GET", url=simulator.secret_hook))
    assert (answered.status, json.loads(answered.body)["code"]) == (200, 0)
    assert seconds(begun) < 0.3
    assert (await simulator.call(Hook(method="GET", url=simulator.hook))).status == 401


async def test_without_the_secret_nobody_gets_in(town: tuple[Simulator, Hub]) -> None:
    simulator, hub = town
    simulator.hook_secret = "guessed-hook-secret"
    assert (await simulator.says("13800138000", "x")).status == 401
    assert hub.kept == {}


async def test_the_limits_of_a_number_are_waited_for(town: tuple[Simulator, Hub]) -> None:
    _, hub = town
    assert await hub.adapter.send(template("SMS_100001", **NOTICE))
    with pytest.raises(TryLater) as later:
        await hub.adapter.send(template("SMS_100001", **NOTICE))
    assert later.value.after is not None
    assert later.value.after.total_seconds() == 60


@pytest.mark.parametrize(
    ("message", "error"),
    [
        (template("SMS_404"), Refused),
        (template("SMS_100001", area="x"), Refused),
        (template("SMS_100001", to="+861380013800", **NOTICE), Refused),
        (template("SMS_100001", to="customer-1", **NOTICE), Unsupported),
    ],
)
async def test_what_is_wrong_is_refused(town: tuple[Simulator, Hub], message: Outbound, error: type[Exception]) -> None:
    simulator, hub = town
    with pytest.raises(error):
        await hub.adapter.send(message)
    assert simulator.sent == []


async def test_free_text_is_refused_with_the_reason_before_any_call(town: tuple[Simulator, Hub]) -> None:
    _, hub = town
    to = Address(channel="aliyun", user=PERSON)
    text = Outbound(id="m", inbox="i", to=to, parts=(Text(body="x"),), conversation="c", seq=1)
    with pytest.raises(Unsupported) as refused:
        await hub.adapter.send(text)
    assert "template" in refused.value.hint


async def test_a_clock_that_is_wrong_is_told_to_the_administrator(town: tuple[Simulator, Hub]) -> None:
    simulator, hub = town
    simulator.faults.clock_skew = 16 * 60
    with pytest.raises(ChannelBroken) as broken:
        await hub.adapter.send(template("SMS_100001", **NOTICE))
    assert "clock" in broken.value.hint
    simulator.faults.clock_skew = 14 * 60
    assert await hub.adapter.send(template("SMS_100001", **NOTICE))


async def test_a_wrong_key_and_a_wrong_signature_name(town: tuple[Simulator, Hub]) -> None:
    simulator, _ = town
    async with ClientSession() as http:
        for name, value in (("access_key_secret", "another-secret-of-another"), ("sign_name", "别家")):
            adapter = KIT.adapter(http, **{**simulator.settings(), name: value})
            with pytest.raises(ChannelBroken) as broken:
                await adapter.send(template("SMS_100001", **NOTICE))
            assert f"`{name}`" in broken.value.hint
        [step] = await KIT.adapter(http, **{**simulator.settings(), "access_key_id": "another-key"}).probe()
        assert (step.ok, "`access_key_id`" in step.hint) == (False, True)


async def test_templates_and_the_probe(town: tuple[Simulator, Hub]) -> None:
    _, hub = town
    first, *others = await hub.adapter.templates()
    assert first == TemplateCard(
        id="SMS_100001", title="停水通知", body="您所在的{area}将于{time}停水，请提前储水。", variables=("area", "time")
    )
    assert len(others) == 2
    assert [step.ok for step in await hub.adapter.probe()] == [True]


async def test_silence_is_an_unknown_outcome(town: tuple[Simulator, Hub]) -> None:
    simulator, hub = town

    async def hang_up(request: Any) -> Any:
        request.transport.abort()

    simulator._act = hang_up  # type: ignore[method-assign]
    async with Simulator.running(simulator), ClientSession() as http:
        adapter = KIT.adapter(http, **simulator.settings())
        with pytest.raises(OutcomeUnknown):
            await adapter.send(template("SMS_100001", **NOTICE))
    assert hub.kept == {}


def asked(items: object) -> Request:
    """Return a call of Aliyun."""
    body = items if isinstance(items, bytes) else json.dumps(items).encode()
    return Request(method="POST", url=f"https://hub.example{PATH}", query={"key": SECRET}, headers={}, body=body, at=AT)


@pytest.mark.parametrize(
    "items",
    [
        {**REPLY},
        [REPLY, 7],
        [REPLY, {}],
        [{**REPLY, "content": ["x"]}],
        [{"content": "x"}],
        [{"success": True}],
        [{"success": "maybe", "phone_number": "1", "biz_id": "b"}],
        [{"MessageId": "1"}],
        b'[{"phone_number": "138',
        b"[" * 100_000,
    ],
    ids=range(10),
)
def test_what_is_no_array_of_aliyuns_is_malformed(items: object) -> None:
    with pytest.raises(Malformed):
        KIT.adapter().parse(asked(items))


def test_numbers_may_come_as_texts_and_the_other_way_round() -> None:
    one, two = KIT.adapter().parse(asked([{**REPLY, "sequence_id": 7}, {**REPLY, "sequence_id": "8"}]))
    assert (one.provider_id, two.provider_id) == ("up:7", "up:8")
    bare = {name: value for name, value in REPLY.items() if name != "sequence_id"}
    again = [KIT.adapter().parse(asked([bare]))[0].provider_id for _ in range(2)]
    assert again[0] == again[1]
    assert KIT.adapter().parse(asked([{**bare, "content": "别的"}]))[0].provider_id != again[0]


def test_a_call_without_a_query_is_unverified() -> None:
    bare = Request(method="POST", url="https://hub.example/hooks/inbox-1", query={}, headers={}, body=b"[]", at=AT)
    with pytest.raises(Unverified):
        KIT.adapter().verify(bare)
