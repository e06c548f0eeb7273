"""What a manifest says a channel can carry, held against messages: nothing more ever leaves."""

from __future__ import annotations

import pytest

from adapters import carry
from adapters.manifest import Limits, Manifest
from adapters.settings import Bilingual
from hub.errors import Unsupported
from hub.model import Address, Choice, Choices, Image, Outbound, Part, Template, Text

NAME = Bilingual(zh="甲", en="Acme")
CARD = Manifest(
    name="acme", title=NAME, about=NAME, carries=("text", "choices", "image", "template"), signature="none",
    limits=Limits(text=100, text_bytes=12, parts=2, attachment_bytes=1000, attachment_types=("image/*",),
                  by_type={"image/gif": 10}),
)  # fmt: skip


def message(*parts: Part) -> Outbound:
    """Return a message of these parts."""
    to = Address(channel="acme", user="u")
    return Outbound(id="m", inbox="i", to=to, parts=parts, conversation="c", seq=1)


def picture(media_type: str, size: int) -> Image:
    """Return a picture of that type and size."""
    return Image(blob="0" * 64, name="x", media_type=media_type, size=size)


@pytest.mark.parametrize(
    "parts",
    [
        (Text(body="四个汉字"),),
        (Text(body="a" * 12), Text(body="b")),
        (Template(template="t", body="a body that our own people read"),),
        (picture("image/png", 1000),),
        (picture("image/gif", 10),),
    ],
    ids=["bytes", "two parts", "template", "picture", "small gif"],
)
def test_what_fits_is_carried(parts: tuple[Part, ...]) -> None:
    carry.check(CARD, message(*parts))
    assert all(carry.tag_of(part) in CARD.carries for part in parts)


@pytest.mark.parametrize(
    ("parts", "fact"),
    [
        ((Text(body="五个汉字。"),), "limit_bytes"),
        ((Choices(body="五个汉字。", choices=(Choice(label="a", value="a"),)),), "limit_bytes"),
        ((Text(body="a" * 101),), "limit"),
        ((Text(body="a"),) * 3, "parts"),
        ((picture("image/png", 1001),), "size"),
        ((picture("image/gif", 11),), "size"),
        ((picture("text/html", 11),), "type"),
    ],
    ids=["bytes", "question", "letters", "three parts", "large", "large gif", "type"],
)
def test_what_does_not_fit_is_refused_with_the_reason(parts: tuple[Part, ...], fact: str) -> None:
    with pytest.raises(Unsupported) as refused:
        carry.check(CARD, message(*parts))
    assert fact in refused.value.facts
