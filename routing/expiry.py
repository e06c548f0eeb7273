"""The timer of an offer: what it is; what happens when it rings stands in `routing/offers.py`."""

from datetime import datetime

from msgspec import Struct

from hub.work.jobs import Kind


class OfferOver(Struct, frozen=True, kw_only=True):
    """Nobody said yes by `until`; a timer whose offer is gone, or another by now, does nothing."""

    conversation: str
    agent: str
    until: datetime


OFFER_OVER = Kind("routing.offer_over", OfferOver)
