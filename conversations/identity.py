"""From an address to a profile: insert or read by its unique index, and learn what it tells."""

import re
from datetime import datetime, timedelta

from msgspec import Struct, structs

from conversations.model import PROFILES, Profile
from hub.ids import new_id
from hub.model import Address, Sender
from hub.store.port import Eq, Insert, Store, Write, put

SEEN_EVERY = timedelta(minutes=1)
"""`last_seen` is this coarse, so that a chat does not rewrite the profile with every line."""
FIELDS = frozenset({"name", "language", "avatar", "email", "phone", "company"})
"""What an attribute of this name fills; any other goes into `attributes`."""
MOST_ATTRIBUTES = 100
_NUMBER = re.compile(r"[\s().-]")


class Met(Struct, frozen=True, kw_only=True):
    """A profile as it will be, and the writes that make it so."""

    profile: Profile
    writes: tuple[Write, ...] = ()


async def find(store: Store, address: Address) -> Profile | None:
    """Return the profile of an address, or None."""
    found = await store.find(PROFILES, Eq("channel", address.channel), Eq("user", address.user), limit=1)
    return found[0] if found else None


async def meet(store: Store, address: Address, who: Sender, *, at: datetime) -> Met:
    """Return the profile of an address, new or refreshed by what the provider said."""
    known = await find(store, address)
    if known is None:
        stranger = Profile(
            id=new_id(), address=address, channel=address.channel, user=address.user, first_seen=at, last_seen=at
        )
        profile = learn(stranger, who)
        return Met(profile=profile, writes=(Insert(PROFILES, profile),))
    profile = learn(known, who)
    if profile == known and at - known.last_seen < SEEN_EVERY:
        return Met(profile=known)
    profile = structs.replace(profile, last_seen=max(at, known.last_seen))
    return Met(profile=profile, writes=(put(PROFILES, known, profile),))


def learn(profile: Profile, who: Sender) -> Profile:
    """Return the profile with what was told. Proof beats a colleague's edit, an edit beats a claim.

    An empty value tells nothing. A field once proved is changed by proof only.
    """
    told = {"name": who.name, "language": who.language, "avatar": who.avatar, **who.attributes}
    proved = frozenset(who.verified)
    kept = frozenset(profile.verified) | frozenset(profile.edited)
    accepted = {name: value for name, value in told.items() if value and (name in proved or name not in kept)}
    fields: dict[str, object] = {name: value for name, value in accepted.items() if name in FIELDS}
    others = {name: value for name, value in accepted.items() if name not in FIELDS}
    learnt = structs.replace(
        profile,
        **fields,
        attributes=_merged(profile.attributes, others),
        verified=tuple(sorted({*profile.verified, *(name for name in accepted if name in proved)})),
        edited=tuple(name for name in profile.edited if name not in proved),
    )
    return with_proofs(learnt)


def with_proofs(profile: Profile) -> Profile:
    """Return the profile with `proofs` as its proved fields are now."""
    email = profile.email.strip().casefold() if "email" in profile.verified else ""
    phone = _NUMBER.sub("", profile.phone) if "phone" in profile.verified else ""
    told = (("email", email), ("phone", phone))
    proofs = tuple(f"{kind}:{value}" for kind, value in told if value)
    return profile if proofs == profile.proofs else structs.replace(profile, proofs=proofs)


def _merged(known: dict[str, str], told: dict[str, str]) -> dict[str, str]:
    """Join the attributes; a sender cannot grow the row without bound."""
    merged = {**known, **told}
    return dict(list(merged.items())[:MOST_ATTRIBUTES])
