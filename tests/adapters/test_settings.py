"""Settings of an inbox: what a form may say, what is refused and where, and the way to text and back."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientSession

from adapters import settings
from adapters.registry import find
from adapters.setup import Setup
from hub.errors import ChannelBroken, Invalid, NotFound

REGISTRY = find(installed=False)
FORM = '[{"name": "phone", "label": "电话", "kind": "phone"}]'


def test_what_is_not_said_takes_its_default() -> None:
    known = REGISTRY.check_settings("webchat", {})
    assert (known["colour"], known["identity"], known["upload_megabytes"]) == ("#1261a0", "off", 10)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"surprise": "x"}, "$.settings.surprise"),
        ({"colour": "red"}, "$.settings.colour"),
        ({"colour": 7}, "$.settings.colour"),
        ({"identity": "maybe"}, "$.settings.identity"),
        ({"upload_megabytes": 21}, "$.settings.upload_megabytes"),
        ({"upload_megabytes": "many"}, "$.settings.upload_megabytes"),
        ({"origins": "javascript:alert(1)"}, "$.settings.origins"),
        ({"origins": ["https://good.example", "https://bad.example/path"]}, "$.settings.origins"),
        ({"pre_chat": "{"}, "$.settings.pre_chat"),
        ({"pre_chat": '[{"name": "Bad Name", "label": "x"}]'}, "$.settings.pre_chat"),
        ({"identity_secret": "short"}, "$.settings.identity_secret"),
        ({"greeting": "x" * 10_001}, "$.settings.greeting"),
        ({"uploads": "perhaps"}, "$.settings.uploads"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(given: dict[str, Any], path: str) -> None:
    with pytest.raises(Invalid) as refused:
        REGISTRY.check_settings("webchat", given)
    assert refused.value.path == path


def test_a_required_secret_that_is_missing_is_refused_without_a_word_of_others() -> None:
    with pytest.raises(Invalid) as refused:
        REGISTRY.check_settings("console", {"signing_secret_before": "a-secret-that-is-old-enough"})
    assert refused.value.path == "$.settings.signing_secret"
    assert "old-enough" not in str(refused.value)


def test_settings_go_to_text_and_back() -> None:
    known = REGISTRY.check_settings(
        "webchat",
        {
            "origins": ["https://a.example", "https://*.b.example:8443"],
            "pre_chat": FORM,
            "uploads": False,
            "title": "客服",
        },
    )
    text = settings.texts(known)
    assert all(isinstance(value, str) for value in text.values())
    assert REGISTRY.check_settings("webchat", text) == known


async def nowhere(topic: str, payload: bytes) -> None:
    """Push to nobody."""


async def test_a_channel_nobody_knows_or_that_lacks_its_keys_is_named() -> None:
    async with ClientSession() as http:
        setup = Setup(inbox="i", settings={}, http=http, push=nowhere)
        with pytest.raises(NotFound):
            REGISTRY.build("pigeon", setup)
        with pytest.raises(ChannelBroken):
            REGISTRY.build("webchat", setup)
        with pytest.raises(Invalid):
            REGISTRY.build("console", setup)


def test_secrets_are_known_by_name() -> None:
    assert REGISTRY.manifest("console").secrets == {"signing_secret", "signing_secret_before"}
