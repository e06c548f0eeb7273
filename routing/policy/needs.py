"""What a waiting customer needs of the person who answers."""

from collections.abc import Iterable, Mapping

from msgspec import Struct, structs

from conversations.model import Priority


class Skill(Struct, frozen=True, order=True):
    """A skill and its level: 1 is the least anybody who has it can have."""

    name: str
    level: int = 1


def skills_of(levels: Mapping[str, int] | Iterable[str]) -> tuple[Skill, ...]:
    """Return skills in the one order in which they are compared; names alone mean level 1."""
    pairs = levels.items() if isinstance(levels, Mapping) else ((name, 1) for name in levels)
    return tuple(sorted(Skill(name, level) for name, level in pairs))


class Needs(Struct, frozen=True, kw_only=True):
    """What has to be so of a person for this work. Equal needs wait in one line; what is empty asks for nothing.

    `teams`: one of them has to be theirs. `skills` are minimum levels. `restricted` are the marks of a customer who
    is only for people cleared for every one of them. `kind` is the kind of channel, which says what it takes of a
    person. `bulk` is work that nobody waits for on the other side.
    """

    teams: frozenset[str] = frozenset()
    skills: tuple[Skill, ...] = ()
    language: str = ""
    region: str = ""
    department: str = ""
    restricted: frozenset[str] = frozenset()
    kind: str = "chat"
    bulk: bool = False

    def lowered(self, levels: int) -> "Needs":
        """Return them with every minimum level lowered, though never to nothing: who lacks the skill never suits."""
        lower = tuple(Skill(skill.name, max(1, skill.level - levels)) for skill in self.skills)
        return structs.replace(self, skills=lower)


class Sticky(Struct, frozen=True, kw_only=True):
    """It is kept for one person, the last or the owner, until then; after that it is for anyone."""

    agent: str
    until: float


class Item(Struct, frozen=True, kw_only=True):
    """One customer in one queue.

    `since` is when they began to wait: it survives a refused offer, a reconnection and a call-back. `vip` is the level
    of the customer, 0 for most. `declined` are people who said no to it, `barred` people who may never have it.
    """

    id: str
    queue: str
    since: float
    needs: Needs = Needs()
    priority: Priority = Priority.NORMAL
    vip: int = 0
    declined: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()
    sticky: Sticky | None = None
