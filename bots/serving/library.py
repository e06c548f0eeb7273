"""The projects that come along, and the smallest one there is: what a new bot begins with."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import yaml
from msgspec import Struct

from bots.project.folder import texts
from hub.errors import Invalid

LIBRARY = Path(__file__).parent.parent / "library"
INTENT = re.compile(r"^\s*- intent:\s*(\S+)", re.MULTILINE)
EXAMPLE = re.compile(r"^ {4,}- \S", re.MULTILINE)
OWN = "yizhan.yml"

CONFIG = """recipe: default.v1
language: {language}
pipeline:
- name: WhitespaceTokenizer
- name: RegexFeaturizer
- name: CountVectorsFeaturizer
- name: LogisticRegressionClassifier
- name: FallbackClassifier
  threshold: 0.3
policies:
- name: MemoizationPolicy
- name: RulePolicy
"""
DOMAIN = """version: "3.1"

intents:
- greet
- goodbye

responses:
  utter_greet:
  - text: "{greet}"
  utter_goodbye:
  - text: "{goodbye}"
  utter_unsure:
  - text: "{unsure}"
"""
NLU = """version: "3.1"

nlu:
- intent: greet
  examples: |
{greet}
- intent: goodbye
  examples: |
{goodbye}
"""
RULES = """version: "3.1"

rules:
- rule: Greet
  steps:
  - intent: greet
  - action: utter_greet
- rule: Say goodbye
  steps:
  - intent: goodbye
  - action: utter_goodbye
- rule: Not understood
  steps:
  - intent: nlu_fallback
  - action: utter_unsure
"""
WORDS = {
    "zh": {
        "greet": "您好！请问有什么可以帮您？",
        "goodbye": "再见，祝您生活愉快！",
        "unsure": "抱歉，我没有听懂，请换一种说法。",
    },
    "en": {
        "greet": "Hello! How can I help?",
        "goodbye": "Goodbye!",
        "unsure": "Sorry, I did not understand. Please rephrase.",
    },
}
SENTENCES = {
    "zh": (("你好", "您好", "在吗", "喂", "早上好"), ("再见", "拜拜", "没事了", "谢谢再见", "先这样吧")),
    "en": (("hi", "hello", "hey there", "good morning"), ("bye", "goodbye", "see you", "that was all")),
}


class ReadyMade(Struct, frozen=True, kw_only=True):
    """A project that comes along, with the number of its intents and examples."""

    id: str
    name: str
    language: str
    intents: int
    examples: int


@cache
def ready_made() -> tuple[ReadyMade, ...]:
    """Return the projects that come along, by id (`water/zh`)."""
    folders = sorted(path.parent for path in LIBRARY.glob("*/*/domain.yml"))
    return tuple(_ready(folder) for folder in folders)


def starting(origin: str, language: str) -> dict[str, str]:
    """Return the files a new bot begins with; raises `Invalid` for a project that is not there."""
    if not origin:
        return smallest(language)
    known = {one.id for one in ready_made()}
    if origin not in known:
        raise Invalid("No such project comes along", path="$.from", known=sorted(known))
    return texts(LIBRARY / origin)


def smallest(language: str) -> dict[str, str]:
    """Return a project that greets, says goodbye, and owns up to what it does not understand."""
    short = "en" if language.lower().startswith("en") else "zh"
    greet, goodbye = SENTENCES[short]
    return {
        "config.yml": CONFIG.format(language=short),
        "domain.yml": DOMAIN.format(**WORDS[short]),
        "data/nlu.yml": NLU.format(greet=_lines(greet), goodbye=_lines(goodbye)),
        "data/rules.yml": RULES,
    }


def _lines(examples: Sequence[str]) -> str:
    return "\n".join(f"    - {example}" for example in examples)


def _ready(folder: Path) -> ReadyMade:
    files = texts(folder)
    found = [text for name, text in files.items() if "nlu:" in text and not name.startswith("tests/")]
    own = yaml.safe_load(files.get(OWN, "")) or {}
    return ReadyMade(
        id=folder.relative_to(LIBRARY).as_posix(),
        name=str(own.get("name", folder.parent.name)),
        language="en" if folder.name == "en" else "zh-CN",
        intents=len({name for text in found for name in INTENT.findall(text)}),
        examples=sum(len(EXAMPLE.findall(text)) for text in found),
    )
