"""Logs: what happened, never whose word it was. No secret, number or address survives the way to a line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from server.logs import HIDDEN, clean, redact


@pytest.mark.parametrize(
    "name", ["password", "new_password", "token", "csrf", "authorization", "Cookie".lower(), "secret", "api_key",
             "body", "text", "raw", "email", "phone", "signature", "hmac"]
)  # fmt: skip
def test_a_field_of_such_a_name_is_hidden(name: str) -> None:
    assert redact(None, "info", {"event": "x", name: "canary-1234"})[name] == HIDDEN


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("call +8613812345678 now", "13812345678"),
        ("call 13812345678 now", "13812345678"),
        ("from li.lei+x@example.com.cn", "li.lei"),
        ("Authorization: Bearer abcdefgh12345", "abcdefgh12345"),
        ("key yz_abcdefgh-ijkl_mnop is", "abcdefgh-ijkl"),
        ("mongodb://root:hunter2@db/yizhan", "hunter2"),
    ],
)
def test_what_looks_private_is_hidden_in_any_text(text: str, gone: str) -> None:
    assert gone not in clean(text)
    assert HIDDEN in clean(text)


@pytest.mark.parametrize(
    "text", ["01a1ffe5-5e4e-7448-b91c-7c9b2b8284f5", "2026-11-21T20:56:29.447889Z", "http://127.0.0.1:8000/inbox",
             "seq=1234567890", "c761b8e7da09a9a6b9679d05aa09e6e8f9b7e3158cf19075a4fe018f2372e2d1"]
)  # fmt: skip
def test_what_is_not_private_stays(text: str) -> None:
    assert clean(text) == text


def test_things_are_shown_as_text_and_hidden_all_the_same() -> None:
    event: dict[str, Any] = {"event": "x", "facts": {"who": "li@example.com"}, "n": 5, "ok": True, "none": None}
    told = redact(None, "info", event)
    assert "li@example.com" not in json.dumps(told)
    assert (told["n"], told["ok"], told["none"]) == (5, True, None)
