"""From the raw bytes of a mail to what the hub knows of it (`Mail`). Pure: no network, no disk, no clock."""

from adapters.email.reading.content import inside
from adapters.email.reading.mail import Bounce, Bounds, Failed, Invitation, Mail, Mailbox, Piece
from adapters.email.reading.reader import read

__all__ = ["Bounce", "Bounds", "Failed", "Invitation", "Mail", "Mailbox", "Piece", "inside", "read"]
