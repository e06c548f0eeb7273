"""A whole repair with the real rasa_sdk behind it: checked, corrected, digressed from, done."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from bots.actions.port import Breakers, Port
from bots.project.folder import texts
from bots.project.reading import read
from bots.shelf import LIBRARY
from hub import egress
from hub.errors import NotFound
from tests.bots.actions.told import LOOPBACK
from tests.bots.dialogue.talk import Talk
from tests.clocks import FakeClock
from tests.sdk import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bots.project.model import Project


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The utility's action server, run from a copy of it."""
    folder: Path = tmp_path_factory.mktemp("water")
    shutil.copytree(LIBRARY / "water" / "actions", folder / "actions", ignore=shutil.ignore_patterns("__pycache__"))
    with serving(folder, "actions") as url:
        yield url


@pytest.fixture(scope="module")
def water(server: str) -> Project:
    """The utility's bot, with that server."""
    return structs.replace(read(texts(LIBRARY / "water" / "en")), action_endpoint=server)


async def secret(name: str) -> str:
    raise NotFound("No such secret", name=name)


async def test_a_repair_with_a_correction_and_a_question_in_the_middle(water: Project) -> None:
    async with egress.session(LOOPBACK) as http:
        talk = Talk(water)
        talk.dialogue = talk.dialogue.acting(Port(lambda: http, secret, FakeClock(), Breakers()))
        await talk.hear("report_leak", "a pipe burst")
        assert talk.tracker.state.asked == "address"
        short = await talk.hear("inform", "x", address="x")
        assert (talk.slot("address"), len(short)) == (None, 2), "the server's words, and the question again"
        await talk.hear("inform", "18 Osmanthus Road", address="18 Osmanthus Road")
        await talk.hear("inform", "12", phone="12")
        assert talk.slot("phone") is None
        await talk.hear("inform", "13800138000", phone="13800138000")
        assert talk.tracker.state.asked == "visit_day"
        answered = await talk.hear("bot_challenge", "are you a robot?")
        assert (len(answered), talk.tracker.state.asked) == (2, "visit_day")
        await talk.hear("inform", "no, the phone is 13912345678", phone="13912345678")
        assert (talk.slot("phone"), talk.tracker.state.asked) == ("13912345678", "visit_day")
        await talk.hear("inform", "tomorrow", date="2026-12-02")
        assert (talk.slot("visit_day"), talk.tracker.state.asked) == ("2026-12-02", "repair_confirmed")
        await talk.hear("affirm", "yes")
        assert (talk.tracker.state.loop, talk.turned.handoff) == (None, None)
        assert "action_create_repair" in talk.done
