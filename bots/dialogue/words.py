"""What the engine says where a project has no words of its own, by language. Pure."""

from collections.abc import Mapping

from bots.project.model import Project

WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "default": "抱歉，我没有听懂。您可以换个说法，或者回复“人工”由同事为您处理。",
        "affirm": "请问您是想问下面哪一个？",
        "none": "都不是",
        "rephrase": "抱歉，我没太明白，请您换个说法再讲一遍。",
        "back": "好的，我们回到上一步。",
        "restart": "好的，我们重新开始。",
        "failed": "抱歉，我这边出了点问题，正在为您转接人工客服。",
        "received": "已经收到您发来的内容，不过我只能看懂文字，请用文字告诉我。",
    },
    "en": {
        "default": "Sorry, I did not understand. Please say it in other words, or ask for a person.",
        "affirm": "Which of these do you mean?",
        "none": "None of these",
        "rephrase": "Sorry, I did not quite get that. Could you say it in other words?",
        "back": "All right, one step back.",
        "restart": "All right, from the beginning.",
        "failed": "Sorry, something went wrong on our side. We are passing you on to a colleague.",
        "received": "We have received what you sent, but I can only read text. Please tell me in words.",
    },
}


def word(name: str, project: Project, language: str = "") -> str:
    """Return the words in the customer's language, or else in the project's."""
    tag = (language or project.config.language).partition("-")[0].casefold()
    return WORDS.get(tag, WORDS["zh" if project.config.language.startswith("zh") else "en"])[name]
