"""What a customer means who takes up a bot's quick replies: by a number, by the words of one, by its value. Pure."""

from collections.abc import Iterable, Sequence

from hub.model import Choice, Choices, Part


def meant(text: str, offered: Sequence[Choice]) -> str:
    """Return the value of the choice that was named, or the text as it is.

    People say what they read: a button sends its label, and where buttons became a numbered list
    (`conversations.rendering`) the number is enough.
    """
    said = text.strip()
    if said.isascii() and said.isdigit() and 1 <= int(said) <= len(offered):
        return offered[int(said) - 1].value
    return next((choice.value for choice in offered if choice.label.strip() == said), text)


def readable(text: str, parts: Iterable[Part]) -> str:
    """Return the label of the choice whose bare value was sent, so that nobody reads `/affirm`; else the text."""
    offered = (choice for part in parts if isinstance(part, Choices) for choice in part.choices)
    return next((choice.label for choice in offered if choice.value == text.strip()), text)
