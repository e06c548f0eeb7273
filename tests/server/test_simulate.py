"""`yizhan simulate`: what is typed is a customer's message, and what the inbox answers stands below it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from hub.errors import Invalid, NotFound
from server.simulate import PORTS, hook_of, inbox_of, made, simulate
from tests.server.process import hub_process

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


async def test_a_customer_of_the_demo_writes_and_the_hub_takes_it(tmp_path: Path) -> None:
    said: list[str] = []

    async def typed() -> AsyncIterator[str]:
        yield "你好，水费怎么交？\n"
        yield "/nonsense\n"
        yield "/fail\n"
        yield "/skew 30\n"

    with hub_process(tmp_path / "data", "demo") as hub:
        await simulate("weibo", hook_of("weibo", hub.base), 0, {}, said.append, typed())
    heard = "\n".join(said)
    assert re.search(r"API at http://127\.0\.0\.1:\d+", heard)
    assert "app_secret = " in heard
    assert "-> hub 200" in heard
    assert "/fail" in heard.partition("words: ")[2]
    assert "cannot: not enough values" in heard
    assert "30 s ahead" in heard


@pytest.mark.parametrize("channel", sorted(PORTS))
def test_every_simulator_says_what_to_enter(channel: str) -> None:
    simulator = made(channel, hook_of(channel), {}, print)
    simulator.url = f"http://127.0.0.1:{PORTS[channel]}"
    assert simulator.settings()
    assert hook_of(channel).endswith(f"/hooks/{inbox_of(channel)}")
    assert simulator.tell is print


def test_what_there_is_not_is_told() -> None:
    with pytest.raises(NotFound, match="no simulator"):
        made("pigeon", "", {}, print)
    with pytest.raises(Invalid, match="no such setting"):
        made("weibo", "", {"colour": "red"}, print)
