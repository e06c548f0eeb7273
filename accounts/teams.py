"""What a team is: the people who share a queue."""

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from accounts.users import Name
from hub.store.port import Collection, Document, Index

OfferSeconds = Annotated[int, Meta(ge=5, le=600)]
Members = Annotated[tuple[str, ...], Meta(max_length=500)]


class Team(Document, frozen=True, kw_only=True):
    """People who share a queue. Who is in it stands in `User.teams`.

    `offer_seconds` is how long a conversation offered to one of them waits for a yes; with `auto_accept` it is
    theirs at once. `key` is the name as it is compared: unique without regard to case and width.
    """

    name: str
    key: str
    offer_seconds: int = 30
    auto_accept: bool = False
    created_at: datetime


TEAMS = Collection("teams", Team, Index(("key",), unique=True), Index(("name", "id")))


class NewTeam(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an administrator says of a new team; `members` are user ids."""

    name: Name
    members: Members = ()
    offer_seconds: OfferSeconds = 30
    auto_accept: bool = False


class TeamPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change; what is absent stays. With `version` the change is refused when somebody was quicker."""

    name: Name | UnsetType = UNSET
    members: Members | UnsetType = UNSET
    offer_seconds: OfferSeconds | UnsetType = UNSET
    auto_accept: bool | UnsetType = UNSET
    version: int | UnsetType = UNSET
