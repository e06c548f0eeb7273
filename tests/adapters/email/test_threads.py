"""Our tokens: found wherever mail programs and gateways leave them, and made by nobody else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.email import threads
from hub import keys
from hub.errors import Invalid
from hub.ids import new_id
from hub.keys import Keyring

RING = keys.parse(keys.fresh("k1"))
OTHER = keys.parse(keys.fresh("k1"))
CONVERSATION = new_id()
ID = threads.message_id(CONVERSATION, "0190-abc", RING, "Mail.Example")
ADDRESS = threads.plus_address("service@water.example", CONVERSATION, RING)


def test_an_id_is_the_same_at_every_attempt_and_differs_between_messages() -> None:
    assert threads.message_id(CONVERSATION, "0190-abc", RING, "mail.example") == ID
    assert threads.message_id(CONVERSATION, "0190-abd", RING, "mail.example") != ID
    assert ID.lower() == ID
    assert re.fullmatch(r"[a-z0-9.]+@mail\.example", ID)


def test_an_address_fits_what_servers_take() -> None:
    local, _, domain = ADDRESS.partition("@")
    assert local.startswith("service+")
    assert len(local) <= 64
    assert domain == "water.example"


@pytest.mark.parametrize(
    "text",
    [
        ID, f"<{ID}>", ID.upper(), ID.title(), ADDRESS, ADDRESS.upper(), f"Service <{ADDRESS}>",
        f"SRS0=Hh3s=AB=water.example={ADDRESS.partition('@')[0]}@forwarder.example",
        f"<AM0PR0.{ID.partition('@')[0]}@eurprd.outlook.example>", f"bounce+{ADDRESS.replace('@', '=')}@list.example",
        f"prvs=1234567={ADDRESS}",
    ],
    ids=range(11),
)  # fmt: skip
def test_a_token_is_found_in_whatever_became_of_it(text: str) -> None:
    assert threads.proven(["li@example.com", text], RING) == CONVERSATION


def test_keys_that_were_replaced_still_check() -> None:
    turned = Keyring(keys=(*keys.parse(keys.fresh("k2")).keys, *RING.keys))
    assert threads.proven([ID], turned) == CONVERSATION
    assert threads.proven([threads.plus_address("a@b.example", CONVERSATION, turned)], RING) == ""


def test_the_token_of_another_installation_proves_nothing() -> None:
    assert threads.proven([ID, ADDRESS], OTHER) == ""


def test_the_keys_of_another_use_make_no_token() -> None:
    assert threads.proven([ID], RING.derive("sign:web")) == ""


def test_no_letter_of_a_token_can_be_another() -> None:
    token, _, rest = ID.partition(".")
    for at in range(1, len(token)):
        changed = "a" if token[at] != "a" else "b"
        forged = f"{token[:at]}{changed}{token[at + 1 :]}.{rest}"
        # The last letter of base32 carries bits that mean nothing.
        assert at == len(token) - 1 or threads.proven([forged], RING) == ""


def test_a_kind_cannot_be_taken_for_the_other() -> None:
    assert threads.proven(["t" + ID[1:]], RING) == ""


def test_a_token_has_eighty_bits_that_nobody_can_guess() -> None:
    short = len(threads.plus_address("@", "x1", RING)) - len("+t@")
    assert short * 5 >= 16 + 80
    assert threads.MAC * 8 >= 80


@pytest.mark.parametrize("conversation", ["conversation-1", "停水-7", "c0ffee", CONVERSATION.upper()], ids=range(4))
def test_ids_that_are_no_uuid_come_back_as_they_were(conversation: str) -> None:
    assert threads.proven([threads.message_id(conversation, "m", RING, "a.example")], RING) == conversation


@pytest.mark.parametrize("conversation", ["", "x", "x" * 65])
def test_what_is_no_id_is_refused(conversation: str) -> None:
    with pytest.raises(Invalid):
        threads.plus_address("a@b.example", conversation, RING)


def test_the_first_that_is_proven_counts() -> None:
    other = threads.plus_address("a@b.example", "conversation-2", RING)
    assert threads.proven([other, ID], RING) == "conversation-2"


def test_a_flood_of_candidates_is_cut_short() -> None:
    flood = [f"c{'a' * 40}{letter}" for letter in "bcdefg"] * 2000
    assert threads.proven([*flood, ID], RING) == ""
    assert threads.proven([ID, *flood], RING) == CONVERSATION


@given(st.lists(st.text(max_size=80), max_size=5))
def test_no_text_proves_anything_or_fails(texts: list[str]) -> None:
    assert threads.proven(texts, RING) == ""
