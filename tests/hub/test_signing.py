"""Signed tokens: ours, unchanged, in time, for this purpose; and the same refusal for everything else."""

from __future__ import annotations

import base64
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from hub.errors import Unverified
from hub.keys import fresh, parse
from hub.signing import Signer
from tests.clocks import START

OLD, NEW = fresh("k1"), fresh("k2")
HOUR = timedelta(hours=1)


class Visitor(Struct, frozen=True, kw_only=True):
    """A payload."""

    inbox: str
    visitor: str


ANN = Visitor(inbox="i", visitor="v")


def signer(*entries: str, purpose: str = "visitor") -> Signer[Visitor]:
    return Signer(parse(",".join(entries)), purpose, Visitor)


@given(inbox=st.text(max_size=200), visitor=st.text(max_size=200), once=st.text(max_size=40))
def test_what_was_signed_is_read(inbox: str, visitor: str, once: str) -> None:
    payload = Visitor(inbox=inbox, visitor=visitor)
    token = signer(OLD).sign(payload, until=START + HOUR, once=once)
    signed = signer(OLD).verify(token, START)
    assert (signed.payload, signed.expires_at, signed.once) == (payload, START + HOUR, once)


def test_its_characters_fit_a_subprotocol() -> None:
    token = signer(OLD).sign(Visitor(inbox="驿站", visitor="?&=#/+ "), until=START + HOUR)
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def test_it_ends_at_its_very_moment() -> None:
    token = signer(OLD).sign(ANN, until=START + HOUR)
    signer(OLD).verify(token, START + HOUR - timedelta(milliseconds=1))
    with pytest.raises(Unverified):
        signer(OLD).verify(token, START + HOUR)


def test_every_changed_character_is_refused() -> None:
    one = signer(OLD, NEW)
    token = one.sign(ANN, until=START + HOUR)
    for place, letter in enumerate(token):
        for other in {"A", "B", "."} - {letter}:
            with pytest.raises(Unverified):
                one.verify(token[:place] + other + token[place + 1 :], START)


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "k1..", "k1.e30.", "k1.e30.AAAA", "k9.e30.AAAA", "驿.驿.驿", "\ud800.a.b", "a" * 5000, "k1.a.b.c",
     "k1.e30.\x00", " k1.e30.AAAA"],
)  # fmt: skip
def test_nonsense_is_refused(token: str) -> None:
    with pytest.raises(Unverified):
        signer(OLD).verify(token, START)


def test_another_purpose_another_installation_a_bare_payload() -> None:
    token = signer(OLD).sign(ANN, until=START + HOUR)
    with pytest.raises(Unverified):
        signer(OLD, purpose="upload").verify(token, START)
    with pytest.raises(Unverified):
        signer(fresh("k1")).verify(token, START)


def test_a_payload_of_another_shape_is_refused_though_signed() -> None:
    class Other(Struct, frozen=True, kw_only=True):
        """It lacks what a visitor has."""

        n: int

    token = Signer(parse(OLD), "visitor", Other).sign(Other(n=1), until=START + HOUR)
    with pytest.raises(Unverified):
        signer(OLD).verify(token, START)


def test_rotation() -> None:
    token = signer(OLD).sign(ANN, until=START + HOUR)
    assert signer(NEW, OLD).verify(token, START).payload == ANN
    assert signer(NEW, OLD).sign(ANN, until=START + HOUR).startswith("k2.")
    with pytest.raises(Unverified):
        signer(NEW).verify(token, START)


def test_claims_cannot_be_swapped_between_tokens() -> None:
    one, two = (signer(OLD).sign(Visitor(inbox="i", visitor=v), until=START + HOUR).split(".") for v in "ab")
    with pytest.raises(Unverified):
        signer(OLD).verify(".".join([one[0], two[1], one[2]]), START)
    claims = msgspec.json.decode(base64.urlsafe_b64decode(one[1] + "=" * (-len(one[1]) % 4)))
    claims["e"] += 10**9
    longer = base64.urlsafe_b64encode(msgspec.json.encode(claims)).decode().rstrip("=")
    with pytest.raises(Unverified):
        signer(OLD).verify(".".join([one[0], longer, one[2]]), START)


def test_repr_hides_the_key() -> None:
    assert repr(signer(OLD)) == "Signer(visitor, Keyring(k1))"
