"""What the same bot says in Rasa and in our own engine: parses of its test conversations, and turns in shadow mode."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from bots.actions.port import Breakers, Port
from bots.contract import Turn
from bots.engine import EngineBot
from bots.nlu import encoder
from bots.nlu.training import train
from bots.project.annotations import read as marks
from bots.project.folder import texts
from bots.project.model import UserSaid
from bots.project.reading import read
from bots.rasa.remote import RasaBot
from bots.rasa.shadow import Shadow
from bots.testing import stories_of
from bots.trained import trained_of
from hub import egress
from hub.clock import SystemClock
from hub.model import Text

if TYPE_CHECKING:
    from pathlib import Path

    from aiohttp import ClientSession

    from bots.nlu.understanding import Understanding
    from bots.project.model import Project, Story
    from bots.rasa.shadow import Difference

LOOPBACK = ("127.0.0.0/8",)


class Book:
    """Keeps every comparison."""

    def __init__(self) -> None:
        self.kept: list[Difference] = []

    def compared(self, difference: Difference) -> None:
        """See `bots.rasa.shadow.Differences`."""
        self.kept.append(difference)


async def compared(folder: Path, url: str, actions: str) -> list[str]:
    """Return the two sections of the report."""
    files = {**texts(folder), "endpoints.yml": f"action_endpoint:\n  url: {actions}\n"}
    project = read(files)
    understanding = train(project, encoder.load())
    stories = stories_of(project)
    async with egress.session(allow=LOOPBACK) as http:
        return [
            *await _parses(http, url, understanding, stories),
            *await _turns(http, url, project, understanding, stories),
        ]


def _said(story: Story) -> list[tuple[str, str]]:
    """Return what the customer says, without marks, and the intent it is meant as."""
    told = [step for step in story.steps if isinstance(step, UserSaid) and step.text and step.intents]
    return [(marks(step.text.strip())[0], step.intents[0]) for step in told]


async def _parses(http: ClientSession, url: str, ours: Understanding, stories: tuple[Story, ...]) -> list[str]:
    """Ask both for the intent of every sentence of the test conversations."""
    sentences = {text: intent for story in stories for text, intent in _said(story)}
    loaded = encoder.load()
    right = {"Rasa": 0, "ours": 0, "both alike": 0}
    differ: list[str] = []
    for text, wanted in sentences.items():
        async with http.post(f"{url}/model/parse", data=msgspec.json.encode({"text": text})) as answer:
            theirs = msgspec.json.decode(await answer.read())["intent"]["name"]
        vector = loaded.encode([text])[0] if loaded and ours.wants_vector(text) else None
        mine = ours.parse(text, vector).intent.name
        plain = wanted.partition("/")[0]
        right["Rasa"] += theirs == plain
        right["ours"] += mine == plain
        right["both alike"] += theirs == mine
        if theirs != mine:
            differ.append(f"| {text} | {plain} | {theirs} | {mine} |")
    head = ", ".join(f"{name} {count}" for name, count in right.items())
    table = ["| sentence | meant | Rasa | ours |", "|---|---|---|---|", *differ] if differ else []
    return ["## Parses", "", f"{len(sentences)} sentences of the test conversations: {head}.", "", *table, ""]


async def _turns(
    http: ClientSession, url: str, project: Project, understanding: Understanding, stories: tuple[Story, ...]
) -> list[str]:
    """Play the test conversations to Rasa, with our engine in its shadow."""

    async def token() -> str:
        return ""

    async def secret(name: str) -> str:
        return ""

    breakers, book = Breakers(), Book()
    remote = RasaBot("Rasa", url, lambda: http, token, breakers)
    port = Port(lambda: http, secret, SystemClock(), breakers)
    ours = EngineBot(trained_of(project, understanding), None, port)
    shadow = Shadow(remote, lambda: ours, book)
    failed: list[str] = []
    for number, story in enumerate(stories):
        memory: dict[str, str] = {}
        for seq, (text, _) in enumerate(_said(story), 1):
            turn = _turn(f"run-{number}", seq, text, memory)
            try:
                memory = (await shadow.answer(turn)).memory
            except Exception as error:  # noqa: BLE001 - whatever failed is a line of the report
                failed.append(f"- {story.name}, {text}: {error}")
            await shadow.settled()
    alike = sum(not one.kinds for one in book.kept)
    rows = [f"| {one.conversation}.{one.seq} | {', '.join(one.kinds)} | {_cell(one.first)} | {_cell(one.second)} |"
            for one in book.kept if one.kinds]  # fmt: skip
    told = f"{len(book.kept)} turns of {len(stories)} conversations were compared, {alike} alike; {len(failed)} failed."
    table = ["| turn | differs | Rasa | ours |", "|---|---|---|---|", *rows] if rows else []
    return ["## Turns in shadow mode", "", told, "", *failed, *table, ""]


def _turn(conversation: str, seq: int, text: str, memory: dict[str, str]) -> Turn:
    return Turn(
        conversation=conversation, channel="webchat:run", profile="run", name="", language="zh-CN", seq=seq,
        parts=(Text(body=text),), text=text, memory=memory, at=datetime.now(UTC),
    )  # fmt: skip


def _cell(text: str) -> str:
    return text.replace("|", "/").replace("\n", " ")[:160]
