"""The check of channels: ours are clean, and every untrue tick of a made-up one is named."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from adapters import check
from adapters.registry import find

if TYPE_CHECKING:
    from pathlib import Path

CARD = """
name = "acme"
title = { zh = "甲", en = "Acme" }
about = { zh = "甲", en = "Acme" }
carries = ["text"]
signature = "body"
[[settings]]
name = "secret"
type = "text"
label = { zh = "密钥", en = "Secret" }
help = { zh = "密钥", en = "Secret" }
secret = true
[quality]
documented = "done"
"""
CODE = """
from adapters.contract import Adapter
class Acme(Adapter):
    def verify(self, request): ...
    def parse(self, request): return []
    async def send(self, message): return ""
def build(setup, card): return Acme()
"""
README = "# Acme\n\n## Keys\n\n## Known limits\n"


@pytest.fixture
def rooms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of channels with one good one, importable as `rooms`."""
    folder = tmp_path / "rooms"
    write(folder / "acme" / "manifest.toml", CARD)
    write(folder / "acme" / "adapter.py", CODE)
    write(folder / "acme" / "README.md", README)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield_modules = [name for name in sys.modules if name.split(".")[0] == "rooms"]
    for name in yield_modules:
        monkeypatch.delitem(sys.modules, name)
    return folder


def write(file: Path, text: str) -> None:
    """Write a file and the folders above it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def found(rooms: Path) -> str:
    """Return every fault as one text."""
    return "\n".join(check.faults(find(rooms, "rooms", installed=False)))


def test_our_own_channels_are_clean() -> None:
    assert list(check.faults()) == []


def test_a_good_channel_is_clean(rooms: Path) -> None:
    assert found(rooms) == ""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('signature = "body"', 'signature = "none"', "say in `guard`"),
        ('signature = "body"', 'signature = "envelope"', "say in `guard`"),
        ("secret = true", "secret = false", "no setting is a secret"),
        ("secret = true", 'secret = true\ndefault = "x"', "which everybody knows"),
        ("secret = true", 'secret = true\npattern = "("', "the pattern is none"),
        ('type = "text"', 'type = "choice"', "without choices"),
        ('carries = ["text"]', 'carries = ["text", "image"]', "attachment_bytes is 0"),
        ('carries = ["text"]', 'carries = ["text", "smell"]', "carries[1]"),
        ('name = "acme"', 'name = "other"', "another name than its folder"),
        ('name = "acme"', 'name = "acme"\nsurprise = 1', "surprise"),
        ('name = "acme"', "name = ", "cannot be read"),
    ],
)
def test_an_untrue_card_is_named(rooms: Path, old: str, new: str, told: str) -> None:
    write(rooms / "acme" / "manifest.toml", CARD.replace(old, new, 1))
    assert told in found(rooms)


def test_a_manual_page_that_is_ticked_must_be_there(rooms: Path) -> None:
    write(rooms / "acme" / "README.md", "# Acme\n\n## Keys\n")
    assert "## Known limits" in found(rooms)


def test_code_that_does_not_load_is_named_and_the_others_go_on(rooms: Path) -> None:
    write(rooms / "bad" / "manifest.toml", CARD.replace("acme", "bad").replace('documented = "done"', ""))
    write(rooms / "bad" / "adapter.py", "raise RuntimeError('boom')")
    told = found(rooms)
    assert "channel bad: its code does not load: RuntimeError: boom" in told
    assert "acme" not in told


def test_one_unreadable_card_leaves_the_others(rooms: Path) -> None:
    write(rooms / "bad" / "manifest.toml", "name = [")
    registry = find(rooms, "rooms", installed=False)
    assert (list(registry.channels), list(registry.broken)) == (["acme"], ["bad"])


def test_finding_imports_no_code(rooms: Path) -> None:
    find(rooms, "rooms", installed=False)
    assert not [name for name in sys.modules if name.split(".")[0] == "rooms"]
