"""Which built-in finders there are, what they find and the cheap test that lets most sentences pass by. A table."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from bots.nlu.entities import addresses, contacts, money, numbers, papers, times
from bots.nlu.entities.hits import Hit, Setting
from bots.nlu.entities.triggers import Trigger


class Finder(Struct, frozen=True, kw_only=True):
    """Finds entities of these kinds, where the trigger is in the folded text."""

    kinds: tuple[str, ...]
    trigger: Trigger
    find: Callable[[str, Setting], list[Hit]]


FINDERS = (
    Finder(
        kinds=("date", "time", "duration"),
        trigger=times.TRIGGER, find=times.find,
    ),
    Finder(kinds=("address",), trigger=addresses.TRIGGER, find=addresses.find),
    Finder(kinds=("money",), trigger=money.TRIGGER, find=money.find),
    Finder(kinds=("phone",), trigger=contacts.PHONE_TRIGGER, find=contacts.phones),
    Finder(kinds=("email",), trigger=contacts.EMAIL_TRIGGER, find=contacts.emails),
    Finder(kinds=("id_card",), trigger=papers.ID_TRIGGER, find=papers.identities),
    Finder(kinds=("plate",), trigger=papers.PLATE_TRIGGER, find=papers.plates),
    Finder(kinds=("order_number",), trigger=papers.ORDER_TRIGGER, find=papers.orders),
    Finder(kinds=("number",), trigger=numbers.TRIGGER, find=numbers.find),
)  # fmt: skip
"""Surest first: of two entities on the same characters the earlier one stays, so a number never wins."""
KINDS: Mapping[str, int] = {kind: place for place, finder in enumerate(FINDERS) for kind in finder.kinds}
"""The names of the built-in entities, by how they rank."""


def chosen(kinds: frozenset[str]) -> tuple[Finder, ...]:
    """Return the finders of these kinds."""
    return tuple(finder for finder in FINDERS if kinds.intersection(finder.kinds))
