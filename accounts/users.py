"""What a member of staff is. Holds no secret: how they prove who they are stands in `accounts/credentials.py`."""

import re
import unicodedata
from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from accounts.permissions import Role
from hub.errors import Invalid
from hub.store.port import Collection, Document, Index

Name = Annotated[str, Meta(min_length=1, max_length=100)]
Email = Annotated[str, Meta(min_length=3, max_length=254)]
NewPassword = Annotated[str, Meta(min_length=1, max_length=256)]
Capacity = Annotated[int, Meta(ge=0, le=100)]
Phone = Annotated[str, Meta(pattern=r"^(\+?[0-9]{5,20})?$")]
WeChat = Annotated[str, Meta(max_length=64)]
TeamIds = Annotated[tuple[str, ...], Meta(max_length=100)]

_EMAIL = re.compile(r"[^@\s<>()\[\],;:\\\"]+@[^@\s<>()\[\],;:\\\"]+")


class Preferences(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the inbox behaves for one person. An empty language follows the browser."""

    language: Literal["", "zh", "en"] = ""
    theme: Literal["system", "light", "dark"] = "system"
    enter_sends: bool = True
    sound: bool = True
    notifications: bool = False


class User(Document, frozen=True, kw_only=True):
    """A member of staff. `email` is in its normal form and unique; `capacity` is how many conversations at once.

    `phone` and `wechat` (their id at our account) are where notices reach them, "" where they do not.
    Nobody is ever deleted: their messages and audit records keep their name. `active` false shuts them out.
    """

    name: str
    email: str
    role: Role
    teams: tuple[str, ...] = ()
    active: bool = True
    capacity: int = 5
    phone: str = ""
    wechat: str = ""
    preferences: Preferences = Preferences()
    created_at: datetime


USERS = Collection(
    "users",
    User,
    Index(("email",), unique=True),
    Index(("name", "id")),
    Index(("role", "active", "id")),
    Index(("teams", "name", "id"), many="teams"),
)


class NewUser(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an administrator says of a new colleague; the password is a first one, to be changed by its owner."""

    name: Name
    email: Email
    role: Role
    password: NewPassword
    teams: TeamIds = ()
    capacity: Capacity = 5
    phone: Phone = ""
    wechat: WeChat = ""

    def __repr__(self) -> str:
        """Leave the password out."""
        return f"NewUser({self.email}, {self.role})"


class UserPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change; what is absent stays. With `version` the change is refused when somebody was quicker."""

    name: Name | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    teams: TeamIds | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    capacity: Capacity | UnsetType = UNSET
    phone: Phone | UnsetType = UNSET
    wechat: WeChat | UnsetType = UNSET
    password: NewPassword | UnsetType = UNSET
    revoke_sessions: bool = False
    version: int | UnsetType = UNSET

    def __repr__(self) -> str:
        """Leave the password out."""
        return "UserPatch()"


def normal_email(text: str) -> str:
    """Return the address in the form it is stored and compared in (NFKC, lower case); raises `Invalid`."""
    email = folded(text)
    if len(email) > 254 or not _EMAIL.fullmatch(email) or not email.isprintable():
        raise Invalid("That is not an e-mail address", path="$.email")
    return email


def folded(text: str) -> str:
    """Return any text in the form addresses are compared in; what is no address stays none."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def clean_name(text: str, path: str = "$.name") -> str:
    """Return a name fit to be shown (NFC, trimmed); raises `Invalid` for empty ones and invisible characters."""
    name = unicodedata.normalize("NFC", text).strip()
    if not name or len(name) > 100 or not name.isprintable():
        raise Invalid("A name has 1 to 100 visible characters", path=path)
    return name
