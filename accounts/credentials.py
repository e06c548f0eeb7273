"""How a member of staff proves who they are: rows that never leave this room."""

from datetime import datetime

from accounts.users import User
from hub.store.port import Collection, Document


class Credential(Document, frozen=True, kw_only=True):
    """The password of the user of the same id.

    Every log-in, password change and shutting-out writes this row over the version it read: of a log-in and a
    shutting-out at the same instant one is decided again, so no session slips past.
    """

    hash: str
    changed_at: datetime
    last_login_at: datetime | None = None

    def __repr__(self) -> str:
        """Leave the hash out."""
        return f"Credential({self.id})"


CREDENTIALS = Collection("credentials", Credential)


def first_of(user: User, hash: str, at: datetime) -> Credential:
    """Make the row of a new user."""
    return Credential(id=user.id, hash=hash, changed_at=at)
