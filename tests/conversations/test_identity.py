"""What a profile believes: proof beats a colleague's edit, an edit beats a claim."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import structs

from conversations.identity import MOST_ATTRIBUTES, SEEN_EVERY, learn
from conversations.model import PROFILES, Profile
from conversations.profiles import Edit, edited
from hub.model import Address, Sender
from hub.store.port import By, Has
from tests.conversations.floor import said

if TYPE_CHECKING:
    from tests.conversations.floor import Floor

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ANN = Profile(
    id="p", address=Address(channel="webchat", user="ann"), channel="webchat", user="ann", first_seen=AT, last_seen=AT
)
PROVED = Sender(name="Ann", attributes={"email": "ann@example.com"}, verified=("name", "email"))


def test_a_claim_fills_and_changes_what_is_not_proved() -> None:
    claimed = learn(ANN, Sender(name="Ann", attributes={"email": "a@b.c", "plan": "gold"}))
    assert (claimed.name, claimed.email, claimed.attributes) == ("Ann", "a@b.c", {"plan": "gold"})
    changed = learn(claimed, Sender(name="Anna"))
    assert (changed.name, changed.email) == ("Anna", "a@b.c")


def test_a_proved_field_is_changed_by_proof_only() -> None:
    proved = learn(ANN, PROVED)
    assert proved.verified == ("email", "name")
    forged = learn(proved, Sender(name="Boss", attributes={"email": "boss@example.com", "plan": "gold"}))
    assert (forged.name, forged.email, forged.attributes) == ("Ann", "ann@example.com", {"plan": "gold"})
    moved = learn(proved, structs.replace(PROVED, attributes={"email": "ann@new.example"}))
    assert moved.email == "ann@new.example"


def test_naming_a_field_as_verified_without_a_value_proves_nothing() -> None:
    assert learn(ANN, Sender(verified=("email",))).verified == ()


def test_a_colleague_s_edit_stands_against_claims_and_ends_an_old_proof() -> None:
    corrected = edited(learn(ANN, PROVED), Edit(name="安娜", remark="VIP"))
    assert (corrected.name, corrected.remark) == ("安娜", "VIP")
    assert (corrected.verified, corrected.edited) == (("email",), ("name",))
    assert learn(corrected, Sender(name="Ann")).name == "安娜"
    proved_anew = learn(corrected, PROVED)
    assert (proved_anew.name, proved_anew.edited) == ("Ann", ())


def test_attributes_cannot_grow_without_bound() -> None:
    many = Sender(attributes={f"a{number}": "x" for number in range(MOST_ATTRIBUTES + 50)})
    assert len(learn(ANN, many).attributes) == MOST_ATTRIBUTES


async def test_meeting_writes_the_profile_only_when_it_changed_or_was_not_seen_for_long(floor: Floor) -> None:
    await floor.hear(name="Ann")
    profile = (await floor.profiles.page())[0][0]
    await floor.hear(name="Ann")
    assert (await floor.profiles.get(profile.id)).version == profile.version
    await floor.let(SEEN_EVERY + timedelta(seconds=1))
    await floor.hear(name="Ann")
    seen = await floor.profiles.get(profile.id)
    assert (seen.version, seen.last_seen) == (profile.version + 1, floor.clock.now())


async def test_a_new_name_shows_in_the_list_at_once(floor: Floor) -> None:
    await floor.hear(name="visitor 7")
    assert (await floor.hear(name="Ann")).name == "Ann"


async def test_an_edit_is_stored_and_pages_go_by_name(floor: Floor) -> None:
    for number, name in enumerate("dbac"):
        await floor.arrive(said("x", user=f"u{number}", id=f"i{number}", name=name))
    first, cursor = await floor.profiles.page(limit=3)
    rest, end = await floor.profiles.page(limit=3, after=cursor)
    assert [profile.name for profile in (*first, *rest)] == ["a", "b", "c", "d"]
    assert end is None
    profile = await floor.profiles.edit(first[0].id, Edit(company="ACME"))
    assert (await floor.profiles.get(profile.id)).company == "ACME"


def test_only_what_was_proved_tells_that_two_profiles_are_one_person() -> None:
    claimed = learn(ANN, Sender(attributes={"email": "ann@example.cn", "phone": "+86 138-0013-8000"}))
    assert claimed.proofs == ()
    proved = learn(claimed, Sender(attributes={"email": " Ann@Example.CN "}, verified=("email",)))
    assert proved.proofs == ("email:ann@example.cn",)
    both = learn(proved, Sender(attributes={"phone": "+86 138-0013-8000"}, verified=("phone",)))
    assert both.proofs == ("email:ann@example.cn", "phone:+8613800138000")
    assert edited(both, Edit(phone="+8613900139000")).proofs == ("email:ann@example.cn",)
    assert edited(both, Edit(remark="VIP")).proofs == both.proofs


async def test_profiles_of_one_proved_number_are_found(floor: Floor) -> None:
    for channel, user in (("sms", "+8613800138000"), ("wechat", "o1"), ("wechat", "o2")):
        who = Sender(attributes={"phone": "+8613800138000"}, verified=("phone",) if user != "o2" else ())
        inbound = structs.replace(said("hi", id=user), sender=Address(channel=channel, user=user), who=who)
        await floor.arrive(inbound)
    found = await floor.store.find(PROFILES, Has("proofs", ("phone:+8613800138000",)), order=(By("id"),), limit=5)
    assert [profile.user for profile in found] == ["+8613800138000", "o1"]
