"""The IT bot's forms: what a slot may hold. A None value is asked for again."""

from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.executor import CollectingDispatcher

from .desk import DEVICES, EMPLOYEE, PHONE, SOFTWARE, TICKET, named, person, urgency

Json = Any
SHORTEST_WORDS = 2
SHORTEST_PROBLEM = 4


class TicketForm(FormValidationAction):
    """A fault, where, how urgent, and whom to ring."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "validate_ticket_form"

    def validate_problem(self, value: Json, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> Json:
        """Take words that say something."""
        words = str(value).strip()
        if len(words) < SHORTEST_PROBLEM:
            dispatcher.utter_message(response="utter_bad_problem")
            return {"problem": None}
        return {"problem": words}

    def validate_urgency(self, value: Json, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> Json:
        """Take high or normal."""
        found = urgency(value)
        if found is None:
            dispatcher.utter_message(response="utter_bad_urgency")
        return {"urgency": found}

    def validate_phone(self, value: Json, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> Json:
        """Take a mobile number, without the spaces people put in it."""
        found = PHONE.search(str(value).replace(" ", "").replace("-", ""))
        if found is None:
            dispatcher.utter_message(response="utter_bad_phone")
        return {"phone": found[0] if found else None}


class Numbered(FormValidationAction):
    """Forms that ask who somebody is."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "validate_software_form"

    def validate_employee_number(
        self, value: Json, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json
    ) -> Json:
        """Take the five digits out of the sentence."""
        found = EMPLOYEE.search(str(value))
        if found is None:
            dispatcher.utter_message(response="utter_bad_employee_number")
        return {"employee_number": found[0] if found else None}

    def validate_purpose(self, value: Json, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> Json:
        """Take words that say something."""
        words = str(value).strip()
        if len(words) < SHORTEST_WORDS:
            dispatcher.utter_message(response="utter_bad_purpose")
            return {"purpose": None}
        return {"purpose": words}

    def validate_software(self, value: Json, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> Json:
        """Take what is on the list."""
        found = named(value, SOFTWARE)
        if found is None:
            dispatcher.utter_message(response="utter_bad_software")
        return {"software": found}


class DeviceForm(Numbered):
    """A device, for whom and what for."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "validate_device_form"

    def validate_device(self, value: Json, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> Json:
        """Take what is on the list."""
        found = named(value, DEVICES)
        if found is None:
            dispatcher.utter_message(response="utter_bad_device")
        return {"device": found}


class ResetForm(Numbered):
    """A password goes only to whose number and user name belong together."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "validate_reset_form"

    def validate_username(self, value: Json, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> Json:
        """Take a name that exists."""
        found = person(value)
        if found is None:
            dispatcher.utter_message(response="utter_bad_username")
        return {"username": found.username if found else None}

    def validate_employee_number(
        self, value: Json, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json
    ) -> Json:
        """Take the number of the one who was named."""
        told: dict[str, Json] = super().validate_employee_number(value, dispatcher, tracker, domain)
        owner = person(tracker.get_slot("username"))
        if told["employee_number"] and owner and owner.number != told["employee_number"]:
            dispatcher.utter_message(response="utter_not_yours")
            return {"employee_number": None}
        return told


class StatusForm(FormValidationAction):
    """Which ticket."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "validate_status_form"

    def validate_ticket_number(
        self, value: Json, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json
    ) -> Json:
        """Take the number out of the sentence."""
        found = TICKET.search(str(value))
        if found is None:
            dispatcher.utter_message(response="utter_bad_ticket_number")
        return {"ticket_number": found[0].upper() if found else None}
