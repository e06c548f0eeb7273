"""The example of docs/write-an-adapter.md is taken from the page and held against the one suite: it cannot rot."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest

from adapters.check import faults
from adapters.registry import find
from tests.adapters.contract.kit import Kit
from tests.adapters.contract.suite import FAILURES, NONSENSE, ContractSuite
from tests.needs import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (ROOT / "docs" / "write-an-adapter.md").read_text(encoding="utf-8")
SECRET = "acme-signing-secret"
EVENT = {
    "type": "message.received",
    "id": "SM1",
    "from": "+8613800138000",
    "text": "停水了 😢",
    "time": "2026-11-20T08:00:00Z",
}
SUITE = ContractSuite()
OCTETS = "application/octet-stream"


def block(language: str, mark: str) -> str:
    """Return the block of the page that holds a mark."""
    found: list[tuple[str, str]] = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
    return next(text for kind, text in found if kind == language and mark in text)


@pytest.fixture
def kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kit:
    """The page's channel in a package of its own, with one recording and one sample."""
    home = tmp_path / "shelf" / "acme"
    recordings = tmp_path / "recordings" / "acme"
    (recordings / "send").mkdir(parents=True)
    home.mkdir(parents=True)
    (home / "manifest.toml").write_text(block("toml", 'name = "acme"'), encoding="utf-8")
    (home / "adapter.py").write_text(block("python", "class Acme"), encoding="utf-8")
    (home / "README.md").write_text("## Keys\n\n## Known limits\n", encoding="utf-8")
    _record(recordings)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.split(".")[0] == "shelf"]:
        monkeypatch.delitem(sys.modules, name)
    return Kit(find(tmp_path / "shelf", "shelf", installed=False), "acme", recordings)


def _record(folder: Path) -> None:
    body = json.dumps(EVENT).encode()
    proof = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    head = "# source: made for the worked example\n# at: 2026-11-20T08:00:01+00:00\nPOST /hooks/inbox-1 HTTP/1.1\n"
    (folder / "text.http").write_bytes(f"{head}x-acme-signature: {proof}\n\n".encode() + body)
    settings: Any = {"api_key": "acme-api-key-of-tests", "signing_secret": SECRET, "api_url": "{provider}/sms"}
    (folder / "settings.json").write_text(json.dumps({"settings": settings}))
    said = {
        "type": "said", "inbox": "inbox-1", "provider_id": "SM1",
        "sender": {"channel": "acme", "user": "+8613800138000"}, "sent_at": "2026-11-20T08:00:00Z",
        "parts": [{"type": "text", "body": "停水了 😢"}], "subject": "", "reply_to": "",
        "who": {"name": "", "language": "", "avatar": "", "attributes": {}, "verified": []},
    }  # fmt: skip
    (folder / "text.json").write_text(json.dumps([said]))
    message = {
        "id": "message-1", "inbox": "inbox-1", "to": {"channel": "acme", "user": "+8613800138000"},
        "parts": [{"type": "text", "body": "来了"}], "conversation": "c-1", "seq": 2,
    }  # fmt: skip
    call = {
        "method": "POST", "path": "/sms", "headers": {"idempotency-key": "message-1", "content-type": OCTETS},
        "body": {"to": "+8613800138000", "text": "来了"},
    }  # fmt: skip
    (folder / "send" / "text.json").write_text(json.dumps({"message": message, "calls": [call]}))


def test_the_example_understands_and_refuses(kit: Kit) -> None:
    (recording,) = kit.recordings
    SUITE.test_a_recording_becomes_exactly_its_golden(kit, recording)
    SUITE.test_the_same_request_has_the_same_identity(kit, recording)
    SUITE.test_what_is_not_signed_is_refused_with_a_hint(kit, recording)
    SUITE.test_half_an_event_is_malformed(kit, recording)
    for nonsense in NONSENSE:
        SUITE.test_nonsense_is_malformed_and_nothing_else(kit, nonsense)


async def test_the_example_sends_and_fails_as_it_should(kit: Kit) -> None:
    SUITE.test_every_part_that_is_declared_has_a_sample(kit)
    for status, error in FAILURES:
        await SUITE.test_a_failure_says_what_to_do(kit, status, error)
    await SUITE.test_what_is_declared_is_sent_as_its_golden_says(kit, kit.samples()["text"])
    await SUITE.test_what_it_cannot_carry_never_leaves(kit)
    await SUITE.test_silence_after_the_message_left_is_an_unknown_outcome(kit)
    await SUITE.test_no_secret_is_ever_said(kit)


def test_the_example_has_no_fault_the_check_can_see(kit: Kit, tmp_path: Path) -> None:
    assert list(faults(kit.registry, tmp_path / "recordings")) == []
