"""What a gateway of registered texts sends: one template, its variables, and nothing else. Pure."""

import re
from collections.abc import Sequence

from adapters import carry
from adapters.contract import TemplateCard
from adapters.manifest import Manifest
from hub.errors import Unsupported
from hub.model import Outbound, Template

NAMED = re.compile(r"\$?\{([^{}$]{1,64})\}")
"""`${code}` at Aliyun, `{1}` at Tencent Cloud."""


def only(card: Manifest, message: Outbound) -> Template:
    """Return the message's one template; raises `Unsupported` with what to do instead, before any call."""
    if any(not isinstance(part, Template) for part in message.parts):
        raise Unsupported(
            f"{card.title.en} sends registered templates only",
            part=next(carry.tag_of(part) for part in message.parts if not isinstance(part, Template)),
            hint="Choose a template; mainland networks carry no free text.",
        )
    carry.check(card, message)
    match message.parts:
        case (Template() as template,):
            return template
        case _:
            raise Unsupported("One text message is one template", parts=len(message.parts))


def card_of(id: str, title: str, body: str) -> TemplateCard:
    """Return a template as the hub shows it, `{name}` for a variable."""
    names = tuple(dict.fromkeys(NAMED.findall(body)))
    return TemplateCard(id=id, title=title or id, body=NAMED.sub(r"{\1}", body), variables=names)


def in_order(template: Template) -> Sequence[str]:
    """Return the values by their place: by number when every name is one, else as they were given."""
    names = list(template.variables)
    if all(name.isdecimal() for name in names):
        names.sort(key=int)
    return [template.variables[name] for name in names]
