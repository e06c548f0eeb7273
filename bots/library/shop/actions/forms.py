"""The shop bot's forms: what a slot may hold, and which slots a form needs. A None value is asked for again."""

from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.executor import CollectingDispatcher

from .actions import SHOP
from .orders import EMAIL, PHONE, TAX, invoice_type, number

Json = Any
SHORTEST_ADDRESS = 6
SHORTEST_TITLE = 4
REASONS = {"不喜欢": "dislike", "changed my mind": "dislike", "质量": "quality", "faulty": "quality", "尺码": "size",
           "size": "size", "发错": "wrong"}  # fmt: skip


class OrderForm(FormValidationAction):
    """Every form of this shop begins with an order that exists."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "validate_order_form"

    def validate_order_number(
        self, value: Json, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json
    ) -> Json:
        """Take the number out of whatever was said around it."""
        found = number(value)
        if found is None:
            dispatcher.utter_message(response="utter_bad_order_number")
        elif SHOP.order(found) is None:
            dispatcher.utter_message(response="utter_unknown_order", order_number=found)
            found = None
        return {"order_number": found}


class ReturnForm(OrderForm):
    """A return needs a reason and a yes."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "validate_return_form"

    def validate_reason(self, value: Json, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> Json:
        """Name a usual reason; any other words are kept as they are."""
        said = str(value).strip()
        return {"reason": next((kind for word, kind in REASONS.items() if word in said.casefold()), said) or None}


class InvoiceForm(OrderForm):
    """An invoice for a company needs its name, one with tax its number."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "validate_invoice_form"

    async def required_slots(
        self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json
    ) -> list[str]:
        """Leave out what this kind of invoice does not need."""
        kind = tracker.get_slot("invoice_type")
        left_out = {"personal": {"invoice_title", "tax_number"}, "normal": {"tax_number"}}.get(kind, set())
        return [name for name in domain_slots if name not in left_out]

    def validate_invoice_type(
        self, value: Json, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json
    ) -> Json:
        """Take one of three kinds."""
        kind = invoice_type(value)
        if kind is None:
            dispatcher.utter_message(response="utter_bad_invoice_type")
        return {"invoice_type": kind}

    def validate_invoice_title(
        self, value: Json, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json
    ) -> Json:
        """Take a name that is long enough to be one."""
        title = str(value).strip()
        if len(title) < SHORTEST_TITLE:
            dispatcher.utter_message(response="utter_bad_title")
            return {"invoice_title": None}
        return {"invoice_title": title}

    def validate_tax_number(
        self, value: Json, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json
    ) -> Json:
        """Take the number, in capital letters."""
        found = TAX.search(str(value).upper())
        if found is None:
            dispatcher.utter_message(response="utter_bad_tax_number")
        return {"tax_number": found[0] if found else None}

    def validate_email(self, value: Json, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> Json:
        """Take the address out of the sentence."""
        found = EMAIL.search(str(value))
        if found is None:
            dispatcher.utter_message(response="utter_bad_email")
        return {"email": found[0] if found else None}


class AddressForm(OrderForm):
    """A new address needs a telephone number and a yes; a no asks for the address again."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "validate_address_form"

    def validate_address(self, value: Json, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> Json:
        """Take what is long enough to be an address."""
        address = str(value).strip()
        if len(address) < SHORTEST_ADDRESS:
            dispatcher.utter_message(response="utter_bad_address")
            return {"address": None}
        return {"address": address}

    def validate_phone(self, value: Json, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> Json:
        """Take a mobile number, without the spaces people put in it."""
        found = PHONE.search(str(value).replace(" ", "").replace("-", ""))
        if found is None:
            dispatcher.utter_message(response="utter_bad_phone")
        return {"phone": found[0] if found else None}

    def validate_address_confirmed(
        self, value: Json, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json
    ) -> Json:
        """After a no, begin again with the address."""
        if value is True:
            return {"address_confirmed": True}
        return {"address_confirmed": None, "address": None, "phone": None}
