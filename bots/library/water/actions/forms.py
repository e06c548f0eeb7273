"""Validation of the forms: what is wrong is said in the domain's words, and asked for again."""

from datetime import timedelta
from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.executor import CollectingDispatcher

from . import days, said
from .actions import UTILITY, language
from .utility import district, property_kind

Slots = dict[str, Any]
LATEST = 7
"""Days ahead for which a visit may be booked."""


class Common:
    """What more than one form asks for. No action itself: rasa_sdk would register it."""

    def validate_account_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        account = UTILITY.account(value)
        if account is None:
            dispatcher.utter_message(response="utter_account_wrong", account=said.text(value)[:20])
        return {"account_number": account.number if account else None}

    def validate_address(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        address = said.address(value)
        if address is None:
            dispatcher.utter_message(response="utter_address_short")
        return {"address": address}

    def validate_phone(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        phone = said.phone(value)
        if phone is None:
            dispatcher.utter_message(response="utter_phone_wrong")
        return {"phone": phone}

    def validate_order_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        order = UTILITY.order(value, days.today({"events": tracker.events}))
        if order is None:
            dispatcher.utter_message(response="utter_order_unknown", order=said.text(value)[:20])
        return {"order_number": order.number if order else None}


def confirmed(slot: str, value: Any, dispatcher: CollectingDispatcher) -> Slots:
    """Return a yes; after a no the customer says what to change, and is asked again."""
    if value is False:
        dispatcher.utter_message(response="utter_what_to_change")
    return {slot: True if value is True else None}


class ValidateBillForm(Common, FormValidationAction):
    """Only who knows the end of the holder's phone number is told the bill."""

    def name(self) -> str:
        return "validate_bill_form"

    def validate_phone_tail(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        account, tail = UTILITY.account(tracker.get_slot("account_number")), said.tail(value)
        if account is None or tail != account.tail:
            dispatcher.utter_message(response="utter_tail_wrong")
            return {"phone_tail": None}
        return {"phone_tail": tail}


class ValidateOutageForm(Common, FormValidationAction):
    """One of our districts."""

    def name(self) -> str:
        return "validate_outage_form"

    def validate_district(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        found = district(value)
        if found is None:
            dispatcher.utter_message(response="utter_district_unknown", district=said.text(value)[:20])
        return {"district": found[language(tracker)] if found else None}


class ValidateRepairForm(Common, FormValidationAction):
    """A day within a week, and a yes to all of it."""

    def name(self) -> str:
        return "validate_repair_form"

    def validate_visit_day(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        now = days.today({"events": tracker.events})
        day = days.day(value, now)
        if day is None or not now <= day <= now + timedelta(days=LATEST):
            dispatcher.utter_message(response="utter_day_wrong")
            return {"visit_day": None}
        return {"visit_day": day.isoformat()}

    def validate_repair_confirmed(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        return confirmed("repair_confirmed", value, dispatcher)


class ValidateOrderForm(Common, FormValidationAction):
    """An order that exists."""

    def name(self) -> str:
        return "validate_order_form"


class ValidateCancelRepairForm(Common, FormValidationAction):
    """An order that exists; yes or no are both an answer."""

    def name(self) -> str:
        return "validate_cancel_repair_form"


class ValidateConnectionForm(Common, FormValidationAction):
    """Who, what kind of property, and a yes to all of it."""

    def name(self) -> str:
        return "validate_connection_form"

    def validate_applicant_name(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        name = said.name(value)
        if name is None:
            dispatcher.utter_message(response="utter_name_wrong")
        return {"applicant_name": name}

    def validate_property_kind(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        kind = property_kind(value)
        if kind is None:
            dispatcher.utter_message(response="utter_kind_wrong")
        return {"property_kind": kind}

    def validate_connection_confirmed(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        return confirmed("connection_confirmed", value, dispatcher)


class ValidateReadingForm(Common, FormValidationAction):
    """A reading that is not below the last one."""

    def name(self) -> str:
        return "validate_reading_form"

    def validate_reading(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        reading, account = said.reading(value), UTILITY.account(tracker.get_slot("account_number"))
        if reading is None:
            dispatcher.utter_message(response="utter_reading_wrong")
            return {"reading": None}
        if account is not None and reading < account.reading:
            dispatcher.utter_message(response="utter_reading_low", last=account.reading)
            return {"reading": None}
        return {"reading": str(reading)}
