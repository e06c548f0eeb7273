"""The shop bot's custom actions. They say responses of the domain, so one server speaks both languages."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from .orders import Order, Shop, months, opened

Json = Any
SHOP: Shop = opened()
ERRAND = ("errand", "reason", "return_confirmed", "invoice_type", "invoice_title", "tax_number", "address",
          "address_confirmed")  # fmt: skip
"""Slots that belong to one request; the order number, the phone and the email serve the next one too."""


def forgotten() -> list[Json]:
    """Return the events that end a request."""
    return [SlotSet(name, None) for name in ERRAND]


class OrderErrand(Action):
    """What an order number was wanted for: its state, a search, a refund..."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_order_errand"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> list[Json]:
        """Say what there is to say, and remember whether the order is a VIP's."""
        order = SHOP.order(tracker.get_slot("order_number"))
        if order is None:
            dispatcher.utter_message(response="utter_unknown_order")
            return [SlotSet("order_number", None), *forgotten()]
        told = ERRANDS.get(tracker.get_slot("errand"), state)(order)
        dispatcher.utter_message(response=told, order_number=order.number, **facts(order, told))
        return [SlotSet("vip", order.vip), *forgotten()]


def facts(order: Order, told: str) -> dict[str, str]:
    """Return what the words may need."""
    refund = "refund" in told
    return {
        "date": order.refund_date if refund else order.date, "parcel": order.parcel,
        "amount": order.cheaper_by if told == "utter_price_done" else order.amount,
    }  # fmt: skip


def state(order: Order) -> str:
    """Return the words for where an order is."""
    return f"utter_order_{order.state}"


def urged(order: Order) -> str:
    """Ask the warehouse to hurry, while there is something to hurry."""
    return "utter_urged" if order.state == "waiting" else state(order)


def searched(order: Order) -> str:
    """Open a search for a parcel that has left."""
    return "utter_missing_searched" if order.parcel else state(order)


def refunded(order: Order) -> str:
    """Return the words for a refund."""
    return f"utter_refund_{order.refund or 'none'}"


def cancelled(order: Order) -> str:
    """Cancel what has not left."""
    if order.state == "cancelled":
        return state(order)
    if order.state != "waiting":
        return "utter_cancel_too_late"
    order.state = "cancelled"
    return "utter_cancel_done"


def protected(order: Order) -> str:
    """Return the words for the difference in price."""
    return "utter_price_done" if order.cheaper_by else "utter_price_none"


ERRANDS = {"status": state, "urge": urged, "missing": searched, "refund": refunded, "cancel": cancelled,
           "price": protected}  # fmt: skip


class SubmitReturn(Action):
    """Make the return, when the customer said yes and the order allows it."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_submit_return"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> list[Json]:
        """Say how it ended; a fault may be returned late."""
        order = SHOP.order(tracker.get_slot("order_number"))
        if not tracker.get_slot("return_confirmed") or order is None:
            dispatcher.utter_message(response="utter_not_submitted")
        elif order.state != "delivered":
            dispatcher.utter_message(response="utter_return_not_yet")
        elif order.late and tracker.get_slot("reason") == "dislike":
            dispatcher.utter_message(response="utter_return_late")
        else:
            order.refund, order.refund_date = "going", "2026-12-10"
            dispatcher.utter_message(
                response="utter_return_done", return_number=SHOP.new_return(), pickup="2026-12-02", days="3"
            )
        return forgotten()


class SubmitInvoice(Action):
    """Order the invoice."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_submit_invoice"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> list[Json]:
        """Say where it goes."""
        dispatcher.utter_message(response="utter_invoice_done", hours="24", email=tracker.get_slot("email"))
        return forgotten()


class SubmitAddress(Action):
    """Change the address of what has not left."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_submit_address"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> list[Json]:
        """Say how it ended."""
        order = SHOP.order(tracker.get_slot("order_number"))
        if order is None or not tracker.get_slot("address_confirmed"):
            dispatcher.utter_message(response="utter_not_submitted")
        else:
            told = "utter_address_done" if order.state == "waiting" else "utter_address_too_late"
            dispatcher.utter_message(response=told, order_number=order.number)
        return forgotten()


class Points(Action):
    """Tell the points."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_points"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> list[Json]:
        """Say them; everybody has the same here."""
        dispatcher.utter_message(response="utter_points", points="1280", expiring="300", expires="2026-12-31")
        return []


class Warranty(Action):
    """Tell how long a product is under warranty."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_warranty"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> list[Json]:
        """Ask which one when none was named."""
        product = tracker.get_slot("product")
        if not product:
            dispatcher.utter_message(response="utter_warranty_which")
            return []
        dispatcher.utter_message(response="utter_warranty", product=product, months=str(months(product)))
        return [SlotSet("product", None)]


class Forget(Action):
    """The customer stopped in the middle of a form."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_forget"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> list[Json]:
        """Say that nothing was submitted."""
        dispatcher.utter_message(response="utter_forgotten")
        return [SlotSet("order_number", None), *forgotten()]


class YizhanHandoff(Action):
    """On a Rasa server: say that a person will come, and tell Yizhan so. Its own engine never asks for this one."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "yizhan_handoff"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> list[Json]:
        """Say it."""
        dispatcher.utter_message(response="utter_handover")
        dispatcher.utter_message(json_message={"handoff": True})
        return []
