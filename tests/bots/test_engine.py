"""The built-in bot as the hub meets it: words, buttons, pictures, reminders, memory, doubt, failures, rehearsals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from bots.contract import Answer, Ask, Handoff, Reminder, Say, Silence, Turn
from bots.dialogue.actions import Done, Failed
from bots.engine import EngineBot
from bots.nlu.training import train
from bots.project.reading import read
from bots.trained import Trained, trained_of
from hub.errors import Invalid
from hub.model import Choices, Image, Location, Text
from tests.bots.dialogue.talk import CONFIG, DOMAIN, NLU, RULES, START, Acting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hub.model import Part

MORE = """\
- intent: greet
  examples: |
    - good morning
    - hi there
- intent: weather
  examples: |
    - will it rain today
    - is it sunny outside
- intent: inform
  examples: |
    - it is for my mother
    - just so you know
- intent: secret
  examples: |
    - open sesame
    - the magic word
"""
OWN = """\
name: Ann
greeting: utter_greet
menu: [an order please, opening hours]
handoff: {words: [boss], skill: orders, names: {phone: telephone}}
"""
PICTURE = Image(blob="0" * 64, name="a.png", media_type="image/png", size=1)


def made(own: str = OWN) -> Trained:
    files = {
        "domain.yml": DOMAIN.replace(", VALIDATE", ""), "rules.yml": RULES, "config.yml": CONFIG, "nlu.yml": NLU + MORE,
        "yizhan.yml": own,
    }  # fmt: skip
    project = read(files)
    return trained_of(project, train(project, None))


@pytest.fixture(scope="module")
def trained() -> Trained:
    return made()


class Customer:
    """Somebody who writes to the bot."""

    def __init__(self, bot: EngineBot) -> None:
        self.bot = bot
        self.memory: dict[str, str] = {}
        self.seq = 0
        self.answer: Answer | None = None

    async def write(
        self, text: str = "", *parts: Part, reminder: Reminder | None = None, rehearsal: bool = False
    ) -> list[str]:
        self.seq += 1
        turn = Turn(
            conversation="c1", channel="web", profile="p1", name="", language="en", seq=self.seq,
            parts=(*([Text(body=text)] if text and not reminder else []), *parts), text=text, memory=self.memory,
            reminder=reminder, rehearsal=rehearsal, at=START,
        )  # fmt: skip
        self.answer = await self.bot.answer(turn)
        assert self.answer == await self.bot.answer(turn), "the same turn asked again is the same"
        if not rehearsal:
            self.memory = self.answer.memory
        return [words(one) for one in self.answer.reactions]

    @property
    def heard(self) -> Answer:
        assert self.answer is not None
        return self.answer


def words(reaction: object) -> str:
    match reaction:
        case Say(parts=(Text(body=body),)):
            return body
        case Ask(body=body, choices=choices):
            return f"{body} [{len(choices)}]"
        case Handoff(reason=reason):
            return f"handoff: {reason}"
        case _:
            return type(reaction).__name__


async def test_a_form_over_turns_with_a_button_and_a_faq(trained: Trained) -> None:
    customer = Customer(EngineBot(trained, None, Acting()))
    assert await customer.write("an order please") == ["phone?"]
    assert await customer.write('/inform{"phone": "139"}') == ["size? (139)"]
    assert await customer.write("when are you open") == ["nine to five", "size? (139)"]
    assert (customer.heard.slots, customer.heard.intent) == ({"telephone": "139"}, "faq")


async def test_a_sentence_that_leads_nowhere_is_doubt_and_is_missed(trained: Trained) -> None:
    customer = Customer(EngineBot(trained, None, Acting()))
    await customer.write("just so you know")
    assert customer.heard.doubt
    assert customer.heard.missed is not None
    assert customer.heard.missed.text == "just so you know"
    await customer.write("/inform")
    assert customer.heard.doubt
    assert customer.heard.missed is None, "a button teaches nothing"


async def test_a_picture_is_told_to_have_come_and_the_question_asked_again(trained: Trained) -> None:
    customer = Customer(EngineBot(trained, None, Acting()))
    await customer.write("an order please")
    said = await customer.write("", PICTURE)
    assert "can only read text" in said[0]
    assert said[1:] == ["phone?"]
    assert customer.heard.doubt
    assert customer.heard.missed is None


async def test_words_beside_a_picture_are_heard_and_a_place_without_a_name_is_none(trained: Trained) -> None:
    customer = Customer(EngineBot(trained, None, Acting()))
    assert await customer.write("is it sunny outside", PICTURE) == ["sunny"]
    said = await customer.write("", Location(latitude=1, longitude=2))
    assert "can only read text" in said[0]


async def test_a_hand_over_has_words_and_what_was_collected(trained: Trained) -> None:
    wish = Done(wishes=(Handoff(reason="asked"),))
    customer = Customer(EngineBot(trained, None, Acting(action_quiet=wish)))
    await customer.write('/order{"phone": "139"}')
    await customer.write("/stop")
    said = await customer.write("open sesame")
    assert said == ["I am passing you on to a colleague, who will be with you shortly.", "handoff: asked"]
    handoff = customer.heard.reactions[-1]
    assert isinstance(handoff, Handoff)
    assert handoff.slots == {"telephone": "139"}


async def test_a_failed_action_is_an_excuse_and_a_person(trained: Trained) -> None:
    customer = Customer(EngineBot(trained, None, Acting(action_quiet=Failed("away"))))
    said = await customer.write("open sesame")
    assert said[-1] == "handoff: error"
    assert "went wrong" in said[0]


async def test_a_reminder_is_answered_by_its_intent_or_with_silence(trained: Trained) -> None:
    customer = Customer(EngineBot(trained, None, Acting()))
    assert await customer.write(reminder=Reminder(name="r", intent="weather")) == ["sunny"]
    await customer.write(reminder=Reminder(name="r", intent="secret"))
    assert customer.heard.reactions == (Silence(),)


async def test_a_memory_that_cannot_be_read_begins_anew(trained: Trained) -> None:
    customer = Customer(EngineBot(trained, None, Acting()))
    customer.memory = {"tracker": "{nonsense"}
    assert await customer.write("good morning") == ["hello"]


async def test_a_rehearsal_calls_nobody(trained: Trained) -> None:
    acting = Acting()
    customer = Customer(EngineBot(trained, None, acting))
    said = await customer.write("open sesame", rehearsal=True)
    assert said == ["handoff: error"], "an excuse is nothing to suggest"
    assert acting.called == []


async def test_a_huge_message_is_answered(trained: Trained) -> None:
    customer = Customer(EngineBot(trained, None, Acting()))
    assert await customer.write("word " * 20_000)
    assert len(customer.memory["tracker"]) < 20_000


async def test_the_encoder_is_asked_only_when_it_helps(trained: Trained) -> None:
    class Counting:
        asked = 0

        async def vector(self, text: str) -> NDArray[np.float32] | None:
            self.asked += 1
            return None

    encoding = Counting()
    customer = Customer(EngineBot(trained, encoding, Acting()))
    await customer.write("good morning")
    assert encoding.asked == 0


def test_greeting_menu_name_and_excuse(trained: Trained) -> None:
    bot = EngineBot(trained, None, Acting())
    (greeting,) = bot.greeting("en")
    assert isinstance(greeting, Choices)
    assert [one.label for one in greeting.choices] == ["an order please", "opening hours"]
    assert (bot.name, bot.triggers.skill) == ("Ann", "orders")
    (excuse,) = bot.excuse("zh-CN")
    assert isinstance(excuse, Text)
    assert "转接" in excuse.body


@pytest.mark.parametrize(
    ("own", "language", "said"),
    [
        ("greeting: Welcome!", "en", "Welcome!"), ("greeting: {zh: 您好, en: Hi}", "zh-CN", "您好"),
        ("name: x", "en", "hello"), ("greeting: ''", "en", None),
    ],
)  # fmt: skip
def test_a_greeting_may_be_words(own: str, language: str, said: str | None) -> None:
    parts = EngineBot(made(own), None, Acting()).greeting(language)
    assert [getattr(part, "body", None) for part in parts] == ([said] if said else [])


def test_wrong_settings_are_refused_when_the_bot_is_made() -> None:
    with pytest.raises(Invalid) as error:
        EngineBot(made("handoff: {doubts: many}"), None, Acting())
    assert "doubts" in error.value.path
