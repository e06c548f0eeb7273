"""The words every floor shares: addresses, parts, what comes in, what goes out. Pure data."""

from hub.model.address import Address
from hub.model.envelope import Envelope
from hub.model.inbound import Bell, Inbound, Receipt, Said, Sender, Signal
from hub.model.outbound import Outbound
from hub.model.parts import (
    Attachment,
    Audio,
    Card,
    Choice,
    Choices,
    File,
    Form,
    FormField,
    Html,
    Image,
    Location,
    Media,
    Notice,
    Part,
    Remote,
    Template,
    Text,
    Video,
    plain,
)
from hub.model.status import LADDER, Status, further

__all__ = [
    "LADDER", "Address", "Attachment", "Audio", "Bell", "Card", "Choice", "Choices", "Envelope", "File", "Form",
    "FormField", "Html", "Image", "Inbound", "Location", "Media", "Notice", "Outbound", "Part", "Receipt", "Remote",
    "Said", "Sender", "Signal", "Status", "Template", "Text", "Video", "further", "plain",
]  # fmt: skip
