"""Tencent Cloud: its manual's signature, a gateway that checks ours, blacklist, night, limits and codes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession

from adapters.contract import Request, TemplateCard
from adapters.registry import find
from adapters.simulators.tencent import Tencent as Simulator
from adapters.tencent import signature
from hub.errors import ChannelBroken, Malformed, OptedOut, Refused, TryLater, Unsupported, Unverified
from hub.model import Address, Outbound, Receipt, Said, Text
from tests.adapters.contract.kit import Kit
from tests.adapters.texting.evidence import AT, RECORDINGS
from tests.adapters.texting.evidence.tencent import DELIVERED, PATH, REPLY, SECRET
from tests.adapters.texting.gateways import PERSON, Hub, template
from tests.clocks import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

KIT = Kit(find(installed=False), "tencent", RECORDINGS / "tencent")
KIT.adapter()
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
NOTICE: dict[str, Any] = {"1": "竹溪巷", "2": "18:00"}


def test_the_signature_is_that_of_the_manual() -> None:
    """https://intl.cloud.tencent.com/document/product/213/31575, its example with the keys that it shows."""
    body = b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
    made = signature.authorization(
        {"content-type": "application/json; charset=utf-8", "host": "cvm.tencentcloudapi.com"}, body, service="cvm",
        at=datetime.fromtimestamp(1551113065, UTC), key="AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
        secret="Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
    )  # fmt: skip
    assert made == (
        "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host, Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    )


def test_header_values_are_signed_in_lower_case() -> None:
    """As the manual says; servers compare it so."""
    made = [
        signature.authorization({"content-type": value, "host": "h"}, b"{}", service="sms", at=AT, key="k", secret="s")
        for value in ("application/json", " Application/JSON ")
    ]
    assert made[0] == made[1]


class Town:
    """A simulated gateway, the hub, and one clock for both."""

    def __init__(self, simulator: Simulator, hub: Hub, clock: FakeClock) -> None:
        self.simulator = simulator
        self.hub = hub
        self.clock = clock


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    hub, clock = Hub(), FakeClock(NOON)
    async with hub.server() as server, ClientSession() as http:
        simulator = Simulator(str(server.make_url("/hooks/inbox-1")), tell=lambda _: None, clock=clock)
        async with simulator.running():
            KIT.clock = clock
            hub.adapter = KIT.adapter(http, **simulator.settings())
            yield Town(simulator, hub, clock)


async def test_a_template_its_report_and_the_answer_to_it(town: Town) -> None:
    id = await town.hub.adapter.send(template("449739", **{"2": "18:00", "1": "竹溪巷"}))
    [sent] = town.simulator.sent
    assert (sent["SerialNo"], sent["TemplateParamSet"], sent["ExtendCode"]) == (id, ["竹溪巷", "18:00"], "07")
    [receipt] = await town.hub.has(Receipt)
    assert (receipt.message, receipt.status) == (id, "delivered")
    answered = await town.simulator.says("13800138000", "td")
    assert json.loads(answered.body) == {"result": 0, "errmsg": "OK"}
    [said] = await town.hub.has(Said)
    assert (said.sender.user, said.opt, said.who.attributes["extend"]) == (PERSON, "out", "07")


async def test_who_is_on_the_blacklist_has_opted_out(town: Town) -> None:
    town.simulator.blacklist.add("13800138000")
    with pytest.raises(OptedOut):
        await town.hub.adapter.send(template("449739", **NOTICE))


async def test_marketing_waits_for_the_morning_and_asks_nobody_meanwhile(town: Town) -> None:
    town.clock.jump(timedelta(hours=11))  # 23 o'clock in Beijing
    town.simulator.faults.left = 1
    with pytest.raises(TryLater) as later:
        await town.hub.adapter.send(template("449741", purpose="marketing", **{"1": "李雷"}))
    assert (later.value.after, town.simulator.faults.left) == (timedelta(hours=9), 1)
    town.simulator.faults.left = 0
    with pytest.raises(TryLater) as told:  # Tencent knows its templates, whatever we called the message
        await town.hub.adapter.send(template("449741", **{"1": "李雷"}))
    assert told.value.after == timedelta(hours=9)
    assert await town.hub.adapter.send(template("449739", **NOTICE))
    town.clock.jump(timedelta(hours=9))
    assert await town.hub.adapter.send(template("449741", purpose="marketing", **{"1": "李雷"}))
    assert len(town.simulator.sent) == 2


async def test_the_limits_of_a_number_are_waited_for(town: Town) -> None:
    await town.hub.adapter.send(template("449739", **NOTICE))
    with pytest.raises(TryLater) as later:
        await town.hub.adapter.send(template("449739", **NOTICE))
    assert later.value.after == timedelta(seconds=30)
    town.clock.jump(timedelta(minutes=2))
    assert await town.hub.adapter.send(template("449739", **NOTICE))


async def test_a_clock_that_is_wrong_is_told_to_the_administrator(town: Town) -> None:
    town.simulator.faults.clock_skew = 301
    with pytest.raises(ChannelBroken) as broken:
        await town.hub.adapter.send(template("449739", **NOTICE))
    assert "clock" in broken.value.hint
    town.simulator.faults.clock_skew = -299
    assert await town.hub.adapter.send(template("449739", **NOTICE))


@pytest.mark.parametrize(
    ("name", "value"),
    [("secret_key", "another-key-of-another"), ("secret_id", "AKIDanother0000"), ("app_id", "1400000000"),
     ("sign_name", "别家")],
)  # fmt: skip
async def test_what_an_administrator_has_to_mend_names_the_setting(town: Town, name: str, value: str) -> None:
    async with ClientSession() as http:
        adapter = KIT.adapter(http, **{**town.simulator.settings(), name: value})
        with pytest.raises(ChannelBroken) as broken:
            await adapter.send(template("449739", **NOTICE))
        assert f"`{name}`" in broken.value.hint


@pytest.mark.parametrize(
    ("message", "error"),
    [
        (template("1"), Refused),
        (template("449739", **{"1": "only one"}), Refused),
        (template("449739", to="WATER", **NOTICE), Unsupported),
    ],
)
async def test_what_is_wrong_is_refused(town: Town, message: Outbound, error: type[Exception]) -> None:
    with pytest.raises(error):
        await town.hub.adapter.send(message)
    assert town.simulator.sent == []


async def test_free_text_is_refused_with_the_reason_before_any_call(town: Town) -> None:
    to = Address(channel="tencent", user=PERSON)
    text = Outbound(id="m", inbox="i", to=to, parts=(Text(body="x"),), conversation="c", seq=1)
    with pytest.raises(Unsupported) as refused:
        await town.hub.adapter.send(text)
    assert "template" in refused.value.hint


async def test_templates_and_the_probe(town: Town) -> None:
    first, *others = await town.hub.adapter.templates()
    assert first == TemplateCard(
        id="449739", title="停水通知", body="您所在的{1}将于{2}停水，请提前储水。", variables=("1", "2")
    )
    assert len(others) == 2
    assert [step.ok for step in await town.hub.adapter.probe()] == [True]


async def test_repeats_are_stored_once_and_strangers_not_at_all(town: Town) -> None:
    body = json.dumps(town.simulator.reply("13800138000", "收到")).encode()
    for _ in range(3):
        assert (await town.simulator.posts(body)).status == 200
    assert (len(town.hub.kept), town.hub.repeats) == (1, 2)
    town.simulator.hook_secret, town.simulator.tries = "guessed-hook-secret", 1  # type: ignore[misc]
    assert (await town.simulator.posts(body)).status == 401


def asked(told: object) -> Request:
    """Return a call of Tencent."""
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return Request(method="POST", url=f"https://hub.example{PATH}", query={"key": SECRET}, headers={}, body=body, at=AT)


@pytest.mark.parametrize(
    "told",
    [[REPLY], [DELIVERED, {}], {"mobile": 7}, {**REPLY, "text": {}}, {**REPLY, "time": "soon"}, [7], b'{"mobile": "1',
     b"{" * 100_000, b"[" * 100_000],
    ids=range(9),
)  # fmt: skip
def test_what_is_not_tencents_is_malformed(told: object) -> None:
    with pytest.raises(Malformed):
        KIT.adapter().parse(asked(told))


@pytest.mark.parametrize("time", [0, -1, 10**18])
def test_an_impossible_time_is_the_time_of_arrival(time: int) -> None:
    [said] = KIT.adapter().parse(asked({**REPLY, "time": time}))
    assert said.sent_at == AT


def test_a_call_without_a_query_is_unverified() -> None:
    bare = Request(method="POST", url="https://hub.example/hooks/inbox-1", query={}, headers={}, body=b"{}", at=AT)
    with pytest.raises(Unverified):
        KIT.adapter().verify(bare)
