"""`nlu:` of a bot's yizhan.yml: how much it may stop of its own, and words that no general dictionary has.

```yaml
nlu:
  false_rejection: 0.05         # the part of its own sentences that the bot's gate may stop
  words: [云驿宝, 惠民卡]        # names of the trade, each one word
```
Pure.
"""

from typing import Annotated

from msgspec import Meta, Struct, ValidationError, convert

from bots.project.model import Project
from hub.errors import Invalid

REJECTED = 0.05
"""The part of a bot's own sentences that its gate may stop, unless it says otherwise."""


class Understanding(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The section as written."""

    false_rejection: Annotated[float, Meta(ge=0, le=0.5)] = REJECTED
    words: tuple[str, ...] = ()


def read(project: Project) -> Understanding:
    """Return the settings of a project; raises `Invalid`, which names the setting."""
    try:
        return convert(project.config.yizhan.get("nlu", {}), Understanding)
    except ValidationError as error:
        raise Invalid(
            f"`nlu` of yizhan.yml is not right: {error}", path="yizhan.yml",
            hint="It knows `false_rejection`, between 0 and 0.5, and `words`.",
        ) from error  # fmt: skip
