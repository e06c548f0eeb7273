"""What a customer's number means where a bot's quick replies were a numbered list (`conversations.rendering`). Pure."""

from collections.abc import Sequence

from hub.model import Choice


def meant(text: str, choices: Sequence[str]) -> str:
    """Return the choice that a bare number stands for, or the text as it is."""
    number = text.strip()
    if number.isascii() and number.isdigit() and 1 <= int(number) <= len(choices):
        return choices[int(number) - 1]
    return text


def values(choices: Sequence[Choice]) -> tuple[str, ...]:
    """Return what each choice sends back, in order."""
    return tuple(choice.value for choice in choices)
