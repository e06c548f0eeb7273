"""Validation of the forms: what is wrong is said in the domain's words, and asked for again."""

from datetime import date, timedelta
from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.executor import CollectingDispatcher

from . import days, hours, said
from .actions import CENTRE, language, now, wanted
from .centre import AHEAD, FULL, SUNDAY, department, doctor

Slots = dict[str, Any]


class Common:
    """What more than one form asks for. No action itself: rasa_sdk would register it."""

    def validate_department(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        # The mapping of `department` takes a doctor's name too: who names a doctor is not asked for a department.
        named = doctor(value) or doctor(tracker.get_slot("doctor"))
        found = department(value) or department(named.department if named else None)
        if found is None:
            dispatcher.utter_message(response="utter_department_unknown", department=said.text(value)[:20])
        return {"department": found.name[language(tracker)] if found else None}

    def validate_phone(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        phone = said.phone(value)
        if phone is None:
            dispatcher.utter_message(response="utter_phone_wrong")
        return {"phone": phone}

    def validate_visit_day(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        day = days.day(value, now(tracker))
        if day is None or not now(tracker) <= day <= now(tracker) + timedelta(days=AHEAD):
            dispatcher.utter_message(response="utter_day_wrong")
            return {"visit_day": None}
        if day.weekday() == SUNDAY:
            dispatcher.utter_message(response="utter_day_closed", day=day.isoformat())
            return {"visit_day": None}
        if not CENTRE.free(wanted(tracker).key, day):
            _full(day, dispatcher, tracker)
            return {"visit_day": None}
        return {"visit_day": day.isoformat()}

    def validate_visit_time(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        time, day = hours.time(value), days.day(tracker.get_slot("visit_day"), now(tracker))
        if time is None or day is None:
            # “In the afternoon” before a day is known, or without an hour: the question that follows shows the times.
            if time is None and hours.half(value) is None:
                dispatcher.utter_message(response="utter_time_wrong")
            return {"visit_time": None}
        free = CENTRE.free(wanted(tracker).key, day)
        if time not in free:
            dispatcher.utter_message(response="utter_time_taken", time=time, times=", ".join(free))
        return {"visit_time": time if time in free else None}

    def validate_booking_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        booking = CENTRE.find(value, now(tracker))
        if booking is None:
            dispatcher.utter_message(response="utter_booking_unknown", number=said.text(value)[:20])
        return {"booking_number": booking.number if booking else None}


def _full(day: date, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
    where, tongue = wanted(tracker), language(tracker)
    if where.key == FULL:
        dispatcher.utter_message(response="utter_no_free_slots", department=where.name[tongue])
        return
    other = next(iter(CENTRE.next_free(where.key, day, now(tracker))), None) or next(
        iter(CENTRE.next_free(where.key, now(tracker), now(tracker))), None
    )
    dispatcher.utter_message(
        response="utter_day_full",
        department=where.name[tongue],
        day=day.isoformat(),
        next=other.isoformat() if other else "-",
    )


def confirmed(slot: str, value: Any, dispatcher: CollectingDispatcher) -> Slots:
    """Return a yes; after a no the patient says what to change, and is asked again."""
    if value is False:
        dispatcher.utter_message(response="utter_what_to_change")
    return {slot: True if value is True else None}


class ValidateBookingForm(Common, FormValidationAction):
    """Who is to be seen, and a yes to all of it."""

    def name(self) -> str:
        return "validate_booking_form"

    def validate_patient(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        name = said.name(value)
        if name is None:
            dispatcher.utter_message(response="utter_name_wrong")
        return {"patient": name}

    def validate_booking_confirmed(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        return confirmed("booking_confirmed", value, dispatcher)


class ValidateRescheduleForm(Common, FormValidationAction):
    """Another day and time for a booking that exists."""

    def name(self) -> str:
        return "validate_reschedule_form"

    def validate_reschedule_confirmed(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Slots:
        return confirmed("reschedule_confirmed", value, dispatcher)


class ValidateCancelForm(Common, FormValidationAction):
    """A booking that exists; yes or no are both an answer."""

    def name(self) -> str:
        return "validate_cancel_form"


class ValidateCheckForm(Common, FormValidationAction):
    """A booking that exists."""

    def name(self) -> str:
        return "validate_check_form"


class ValidateSlotsForm(Common, FormValidationAction):
    """One of our departments."""

    def name(self) -> str:
        return "validate_slots_form"


class ValidateWaitlistForm(Common, FormValidationAction):
    """One of our departments, and a phone."""

    def name(self) -> str:
        return "validate_waitlist_form"
