"""The keyring: read, made once, derived by purpose, shown to nobody."""

from __future__ import annotations

import base64
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hub.errors import Invalid
from hub.keys import fresh, load_or_make, parse


def test_entries_by_commas_and_lines_newest_first() -> None:
    one, two, three = fresh("k3"), fresh("k2"), fresh("k1")
    ring = parse(f"  {one},{two}\n{three}\n")
    assert [key.id for key in ring.keys] == ["k3", "k2", "k1"]
    assert ring.newest.id == "k3"
    assert ring.find("k1") == base64.b64decode(three.partition(":")[2])
    assert ring.find("k9") is None


@pytest.mark.parametrize(
    "text",
    [
        "", ",", "k1", "k1:", "k1:!!!", "k1:" + base64.b64encode(b"x" * 31).decode(), fresh("k1").upper(),
        fresh("k1").partition(":")[2], f"{fresh('k1')},{fresh('k1')}", fresh("ключ"), fresh("a.b"), fresh("x" * 33),
    ],
    ids=range(12),
)  # fmt: skip
def test_what_is_no_keyring_is_refused_without_an_echo(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(text)
    assert refused.value.hint
    if len(text) > 3:
        assert text not in str(refused.value)


def test_reprs_show_names_only() -> None:
    entry = fresh("k1")
    ring = parse(entry)
    assert repr(ring) == "Keyring(k1)"
    assert repr(ring.newest) == "Key(k1)"
    assert repr(ring.newest.material) not in repr([ring, ring.newest])


def test_purposes_share_no_key() -> None:
    ring = parse(fresh("k1"))
    derived = {ring.derive(purpose).newest.material for purpose in ("a", "b", "sign:a")}
    assert len(derived) == 3
    assert ring.newest.material not in derived
    assert ring.derive("a") == ring.derive("a")


def test_the_first_start_makes_the_file_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret.keys"
    ring = load_or_make(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_or_make(path) == ring
    assert os.listdir(path.parent) == [path.name]


def test_starts_at_once_agree(tmp_path: Path) -> None:
    path = tmp_path / "secret.keys"
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: load_or_make(path), range(8)))
    assert all(ring == rings[0] for ring in rings)
