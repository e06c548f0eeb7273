"""A bot's words on a channel that cannot carry all of them: buttons become a numbered list. Pure."""

from collections.abc import Sequence

from hub.model import Choice, Choices, Part, Text


def rendered(parts: Sequence[Part], carries: frozenset[str]) -> tuple[Part, ...]:
    """Return the parts as the channel can carry them; nothing is lost in content."""
    return tuple(_numbered(part) if isinstance(part, Choices) and "choices" not in carries else part for part in parts)


def meant(text: str, choices: Sequence[str]) -> str:
    """Return the choice that a bare number stands for, or the text as it is."""
    number = text.strip()
    if number.isascii() and number.isdigit() and 1 <= int(number) <= len(choices):
        return choices[int(number) - 1]
    return text


def _numbered(part: Choices) -> Text:
    lines = (f"{number}. {choice.label}" for number, choice in enumerate(part.choices, 1))
    return Text(body="\n".join((part.body, *lines)))


def values(choices: Sequence[Choice]) -> tuple[str, ...]:
    """Return what each choice sends back, in order."""
    return tuple(choice.value for choice in choices)
