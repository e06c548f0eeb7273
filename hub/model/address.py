"""Where a customer can be reached: a channel and the user id the provider gave."""

from msgspec import Struct


class Address(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One customer at one provider: `channel` is the adapter's name, `user` the provider's id of the person."""

    channel: str
    user: str
