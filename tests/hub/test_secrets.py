"""The vault: opens what it sealed, where it was sealed for, unchanged; and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import ChannelBroken
from hub.keys import Keyring, fresh, parse
from hub.secrets import Vault, is_sealed

OLD, NEW = fresh("k1"), fresh("k2")
CANARY = "canary-app-secret"
PLACE = ("inbox-1", "app_secret")


def vault(*entries: str) -> Vault:
    return Vault(parse(",".join(entries)))


@given(text=st.text(), place=st.lists(st.text(), max_size=3))
def test_what_was_sealed_opens(text: str, place: list[str]) -> None:
    one = vault(OLD)
    sealed = one.seal(text, *place)
    assert is_sealed(sealed)
    assert one.open(sealed, *place) == text


def test_the_secret_is_not_in_what_is_stored_and_never_looks_the_same() -> None:
    one = vault(OLD)
    sealed = {one.seal(CANARY, *PLACE) for _ in range(100)}
    assert len(sealed) == 100
    assert not any(CANARY in text for text in sealed)
    assert all(text.startswith("yv1.k1.") for text in sealed)


@pytest.mark.parametrize(
    "place", [("inbox-2", "app_secret"), ("inbox-1", "token"), ("inbox-1",), (), ("inbox-1", "app_secret", ""),
              ("inbox-1app_secret",), ("app_secret", "inbox-1")],
)  # fmt: skip
def test_moved_elsewhere_it_does_not_open(place: tuple[str, ...]) -> None:
    one = vault(OLD)
    sealed = one.seal(CANARY, *PLACE)
    with pytest.raises(ChannelBroken) as refused:
        one.open(sealed, *place)
    assert refused.value.hint
    assert CANARY not in str(refused.value)


def test_every_changed_character_is_refused() -> None:
    one = vault(OLD, NEW)
    sealed = one.seal(CANARY, *PLACE)
    for place in range(len(sealed) - 1):  # the last one may carry bits that base64 ignores
        other = "A" if sealed[place] != "A" else "B"
        with pytest.raises(ChannelBroken):
            one.open(sealed[:place] + other + sealed[place + 1 :], *PLACE)


@pytest.mark.parametrize("text", ["", "yv1", "yv1.k1", "yv1.k1.", "yv1.k1.AAAA", "yv1.k1.!", "yv2.k1.AAAA", "plain"])
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(ChannelBroken):
        vault(OLD).open(text, *PLACE)


def test_rotation_old_ones_open_and_are_sealed_anew() -> None:
    before, both, after = vault(OLD), vault(NEW, OLD), vault(NEW)
    sealed = before.seal(CANARY, *PLACE)
    assert not before.is_stale(sealed)
    assert both.is_stale(sealed)
    assert both.open(sealed, *PLACE) == CANARY
    renewed = both.renew(sealed, *PLACE)
    assert not both.is_stale(renewed)
    assert after.open(renewed, *PLACE) == CANARY
    with pytest.raises(ChannelBroken) as refused:
        after.open(sealed, *PLACE)
    assert refused.value.facts["key"] == "k1"
    assert "secret_keys" in refused.value.hint


def test_another_installation_with_the_same_key_name_opens_nothing() -> None:
    with pytest.raises(ChannelBroken):
        vault(fresh("k1")).open(vault(OLD).seal(CANARY, *PLACE), *PLACE)


def test_repr_hides_everything() -> None:
    ring: Keyring = parse(OLD)
    text = repr(Vault(ring))
    assert text == "Vault(Keyring(k1))"
