"""The rules of threads, and whatever a crowd may mail: nobody is in a thread that nobody let them into."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.mails import LONGEST_CHAIN, answered, bare, chain, mailbox
from conversations.model import Author, AuthorKind, Direction, Message
from conversations.threads import MOST_REFERENCES, kept_envelope, references, root
from hub.model import Address, Envelope
from tests.conversations.channels import heard, mail
from tests.conversations.floor import SENT

if TYPE_CHECKING:
    from conversations.model import Conversation
    from tests.conversations.floor import Floor

IDS = st.lists(st.sampled_from(["", " ", "<>", "a@x", "<a@x>", " <b@x> ", "c@x", "<c@x>"]), max_size=12)


@given(IDS)
def test_references_are_bare_once_each_newest_first_and_never_nothing(refs: list[str]) -> None:
    found = references(Envelope(refs=tuple(refs)))
    assert all(id and id == bare(id) for id in found)
    assert len(set(found)) == len(found)
    wanted = [bare(id) for id in refs if bare(id)]
    assert set(found) == set(wanted)
    if wanted:
        assert found[0] == wanted[-1]


@given(IDS, st.sampled_from(["", "<m@x>", "m@x"]))
def test_a_root_is_the_oldest_id_it_names_else_its_own_else_the_provider_s(refs: list[str], own: str) -> None:
    said = mail("x", id=own, refs=tuple(refs))
    named = [bare(id) for id in refs if bare(id)]
    assert root(said) == (named[0] if named else bare(own) or said.provider_id)


def test_a_chat_has_no_root() -> None:
    assert root(heard("x", id="1")) == ""


def test_only_the_newest_of_endless_references_are_looked_up_and_stored() -> None:
    endless = Envelope(refs=tuple(f"{number}@x" for number in range(1000)), to=("a@x",) * 300)
    assert references(endless)[0] == "999@x"
    stored = kept_envelope(endless)
    assert (len(stored.refs), stored.refs[-1], len(stored.to)) == (MOST_REFERENCES, "999@x", 100)


@given(IDS, st.sampled_from([None, "a@x", "m@x"]))
def test_a_chain_ends_with_what_is_answered_and_names_nothing_twice(refs: list[str], ref: str | None) -> None:
    onto = _mail(tuple(filter(None, map(bare, refs))), ref)
    ids = chain(onto)
    assert len(set(ids)) == len(ids)
    if ref:
        assert ids[-1] == ref
    assert set(ids) == {*filter(None, map(bare, refs)), *([ref] if ref else [])}


def test_a_long_chain_keeps_its_root_and_its_end() -> None:
    ids = chain(_mail(tuple(f"{number}@x" for number in range(500)), "last@x"))
    assert (len(ids), ids[0], ids[-1], ids[1]) == (LONGEST_CHAIN, "0@x", "last@x", "402@x")
    assert chain(None) == ()


@pytest.mark.parametrize(
    ("entry", "expected"),
    [("Ann <Ann@Example.CN>", "ann@example.cn"), ("ann@example.cn", "ann@example.cn"), ('"<a>" <b@x>', "b@x"),
     ("<b@x>", "b@x"), ("", ""), ("<>", "")],
)  # fmt: skip
def test_a_mailbox_is_compared_by_its_address(entry: str, expected: str) -> None:
    assert mailbox(entry) == expected


@given(st.text(max_size=30))
def test_re_is_added_once(subject: str) -> None:
    once = answered(subject)
    assert answered(once) == once


@pytest.mark.parametrize("seed", range(8))
async def test_nobody_is_in_a_thread_that_nobody_let_them_into(channels: Floor, seed: int) -> None:
    """A hundred mails of five people who answer, copy and quote at random; the oracle reads the stored envelopes."""
    dice = random.Random(seed)
    users = [f"{name}@example.cn" for name in ("ann", "bob", "carl", "dora", "mallory")]
    ids: list[str] = []
    for number in range(100):
        refs = tuple(dice.sample(ids, k=min(len(ids), dice.choice([0, 1, 1, 2, 3]))))
        cc = tuple(dice.sample(users[:4], k=dice.choice([0, 0, 0, 1, 2])))
        ids.append(f"{number}@{seed}")
        await channels.arrive(mail(f"{number}", id=ids[-1], user=dice.choice(users), refs=refs, cc=cc))
    conversations = await channels.everyone()
    stored = [message for conversation in conversations for message in await channels.messages(conversation)]
    assert sorted(message.ref or "" for message in stored) == sorted(ids), "every mail once"
    assert len({(one.profile, one.thread) for one in conversations}) == len(conversations)
    assert len({message.conversation for message in stored}) < len(stored), "some did join"
    for conversation in conversations:
        await _check_people(channels, conversation)


async def _check_people(floor: Floor, conversation: Conversation) -> None:
    let_in: set[str] = set()
    for message in await floor.messages(conversation):
        profile = await floor.profiles.get(message.author.id)
        if message.seq > 1:
            assert profile.user in let_in
        assert message.envelope is not None
        let_in |= {profile.user, *map(mailbox, (*message.envelope.to, *message.envelope.cc))}


def _mail(refs: tuple[str, ...], ref: str | None) -> Message:
    return Message(
        id="m", conversation="c", inbox="email", seq=1, direction=Direction.IN, parts=(), at=SENT, ref=ref,
        author=Author(kind=AuthorKind.CUSTOMER), envelope=Envelope(refs=refs),
    )  # fmt: skip


def test_the_customer_s_own_address_takes_part_however_it_is_written() -> None:
    said = mail("x", id="a@x", user="Ann@Example.cn")
    assert mailbox(said.sender.user) == mailbox(Address(channel="email", user="ann@example.CN").user)
