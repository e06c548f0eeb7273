"""`entities:` of a bot's yizhan.yml: which built-in entities it wants beyond those of its domain, and how they read.

```yaml
entities:
  builtin: [phone, date]        # also found when the domain does not name them
  order_number: ["YX\\d{8}"]    # what an order number looks like, in place of the usual forms
  timezone: Asia/Shanghai       # dates and times are told in it
  day_first: true               # 5/12/2026 is the fifth of December
```
Pure, but for the table of time zones.
"""

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct, ValidationError, convert

from bots.nlu.entities.finders import KINDS
from bots.project.model import Project
from hub.errors import Invalid

MONTH_FIRST = frozenset({"zh", "en", "ja", "ko"})
"""Languages in which 5/12 is the twelfth of May; English as in the United States, unless it is en-GB or the like."""
_ENGLISH_DAY_FIRST = re.compile(r"en[-_](?!us)", re.IGNORECASE)


class Entities(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The section as written."""

    builtin: tuple[str, ...] = ()
    order_number: tuple[str, ...] = ()
    timezone: str = "Asia/Shanghai"
    day_first: bool | None = None


def read(project: Project) -> Entities:
    """Return the settings of a project; raises `Invalid`, which names the setting."""
    try:
        found = convert(project.config.yizhan.get("entities", {}), Entities)
        ZoneInfo(found.timezone)
    except ValidationError as error:
        raise Invalid(
            f"`entities` of yizhan.yml is not right: {error}", hint="See `entities:` in yizhan.yml."
        ) from error
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid("The time zone is not known", hint="Set `entities: timezone:` in yizhan.yml.") from error
    unknown = sorted(set(found.builtin) - set(KINDS))
    if unknown:
        raise Invalid(
            f"There is no built-in entity {unknown[0]!r}",
            hint=f"`entities: builtin:` knows {', '.join(sorted(KINDS))}.",
        )
    return found


def day_first(entities: Entities, language: str) -> bool:
    """Say whether 5/12 is in December."""
    if entities.day_first is not None:
        return entities.day_first
    return language[:2].lower() not in MONTH_FIRST or bool(_ENGLISH_DAY_FIRST.match(language))


def wanted(project: Project, entities: Entities) -> frozenset[str]:
    """Return the built-in entities that this bot asks for."""
    return frozenset(KINDS).intersection((*project.entities, *entities.builtin))
