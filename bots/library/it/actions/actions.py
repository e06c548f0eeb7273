"""The IT bot's custom actions. They say responses of the domain, so one server speaks both languages."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from .desk import COMPUTERS, FREE, OUTAGES, YEARS, Desk, holder, named, person

Json = Any
DESK = Desk()
REQUEST = ("problem", "location", "urgency", "software", "device", "purpose", "reset_confirmed", "ticket_number")
"""Slots that belong to one request; who somebody is serves the next one too."""


def forgotten() -> list[Json]:
    """Return the events that end a request."""
    return [SlotSet(name, None) for name in REQUEST]


class SubmitTicket(Action):
    """Open a ticket."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_submit_ticket"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> list[Json]:
        """Say its number, and when somebody rings."""
        hours = "1" if tracker.get_slot("urgency") == "high" else "8"
        number = DESK.new_ticket()
        dispatcher.utter_message(
            response="utter_ticket_created", ticket_number=number, hours=hours, phone=tracker.get_slot("phone")
        )
        return forgotten()


class SubmitReset(Action):
    """Unlock an account and send a new password, to its owner only."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_submit_reset"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> list[Json]:
        """Say where it went."""
        owner = person(tracker.get_slot("username"))
        if owner is None or not tracker.get_slot("reset_confirmed"):
            dispatcher.utter_message(response="utter_not_submitted")
        else:
            dispatcher.utter_message(response="utter_reset_done", username=owner.username, tail=owner.tail)
        return forgotten()


class SubmitSoftware(Action):
    """Ask for a program; a free one needs no request."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_submit_software"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> list[Json]:
        """Say how it goes on."""
        software = tracker.get_slot("software")
        if named(software, FREE):
            dispatcher.utter_message(response="utter_software_free", software=software)
        else:
            number = DESK.new_ticket()
            dispatcher.utter_message(response="utter_software_done", software=software, ticket_number=number, days="2")
        return forgotten()


class SubmitDevice(Action):
    """Ask for a device; a computer is replaced only when it is old enough."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_submit_device"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> list[Json]:
        """Say how it goes on."""
        device, owner = tracker.get_slot("device"), holder(tracker.get_slot("employee_number"))
        if owner is not None and owner.years < YEARS and named(device, COMPUTERS):
            dispatcher.utter_message(response="utter_device_too_new", years=str(owner.years))
        else:
            number = DESK.new_ticket()
            dispatcher.utter_message(response="utter_device_done", device=device, ticket_number=number, days="5")
        return forgotten()


class TicketStatus(Action):
    """Tell where a ticket is."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_ticket_status"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> list[Json]:
        """Say it."""
        number = tracker.get_slot("ticket_number")
        ticket = DESK.tickets.get(str(number))
        if ticket is None:
            dispatcher.utter_message(response="utter_unknown_ticket", ticket_number=number)
        else:
            told = f"utter_ticket_{ticket.state}"
            dispatcher.utter_message(response=told, ticket_number=ticket.number, date=ticket.date)
        return forgotten()


class KnownOutage(Action):
    """Tell of an outage that is being repaired already, when the place that was named has one."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_known_outage"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> list[Json]:
        """Say it, or nothing."""
        place = named(tracker.get_slot("location") or "", tuple(OUTAGES))
        if place is None:
            return []
        dispatcher.utter_message(response="utter_outage_known", location=place, until=OUTAGES[place])
        return [SlotSet("outage", True)]


class Forget(Action):
    """The colleague stopped in the middle of a form."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_forget"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> list[Json]:
        """Say that nothing was submitted."""
        dispatcher.utter_message(response="utter_forgotten")
        return forgotten()


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
