"""The custom actions: what is told, with which words of the domain. Facts come from `centre.py`."""

from dataclasses import replace
from datetime import date
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from . import days, said
from .centre import (
    DEPARTMENTS,
    DOCTORS,
    WEEKDAYS,
    Booking,
    Centre,
    Department,
    Doctor,
    department,
    doctor,
    of_department,
    suggested,
)

Events = list[dict[str, Any]]
REQUEST = ("visit_day", "visit_time", "doctor", "booking_confirmed", "reschedule_confirmed", "cancel_confirmed")
"""Slots of one request; who calls again is asked again. Who they are is kept."""
CENTRE = Centre()


def language(tracker: Tracker) -> str:
    """Return zh or en: each project says it in a slot."""
    return "en" if tracker.get_slot("bot_language") == "en" else "zh"


def now(tracker: Tracker) -> date:
    """Return the day of the conversation."""
    return days.today({"events": tracker.events})


def joined(tracker: Tracker, rows: list[str]) -> str:
    """Return a list as a sentence has it."""
    return ("；" if language(tracker) == "zh" else "; ").join(rows)


def forgotten(*more: str) -> Events:
    """Return events that empty the slots of a request."""
    return [SlotSet(name, None) for name in (*REQUEST, *more)]


def wanted(tracker: Tracker) -> Department:
    """Return the department of the form: the one that was named, or that of the booking to be moved."""
    booking = CENTRE.find(tracker.get_slot("booking_number"), now(tracker))
    moved = tracker.active_loop_name == "reschedule_form" and booking is not None
    named = department(booking.department if moved and booking else tracker.get_slot("department"))
    return named or DEPARTMENTS[-1]


class AskVisitTime(Action):
    """Ask for the time, with the free ones as buttons."""

    def name(self) -> str:
        return "action_ask_visit_time"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        where, day = wanted(tracker), days.day(tracker.get_slot("visit_day"), now(tracker)) or now(tracker)
        times = CENTRE.free(where.key, day)
        dispatcher.utter_message(
            response="utter_ask_time", department=where.name[language(tracker)], day=day.isoformat(),
            times=", ".join(times), buttons=[{"title": time, "payload": time} for time in times],
        )  # fmt: skip
        return []


class Book(Action):
    """Make the booking."""

    def name(self) -> str:
        return "action_book"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        where, tongue = wanted(tracker), language(tracker)
        day, time = days.day(tracker.get_slot("visit_day"), now(tracker)), said.text(tracker.get_slot("visit_time"))
        patient = said.text(tracker.get_slot("patient"))
        booking = day and CENTRE.book(
            f"{tracker.sender_id}|{where.key}|{day}|{time}|{patient}",
            Booking(number="", department=where.key, doctor=of_department(where.key).name, day=day, time=time,
                    patient=patient),
        )  # fmt: skip
        if not booking:
            dispatcher.utter_message(response="utter_slot_gone")
            return forgotten()
        dispatcher.utter_message(
            response="utter_booked", number=booking.number, patient=patient, department=where.name[tongue],
            doctor=booking.doctor[tongue], day=booking.day.isoformat(), time=time, place=where.place[tongue],
        )  # fmt: skip
        return [SlotSet("booking_number", booking.number), *forgotten("department", "patient")]


class Reschedule(Action):
    """Move a booking."""

    def name(self) -> str:
        return "action_reschedule"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        booking, tongue = CENTRE.find(tracker.get_slot("booking_number"), now(tracker)), language(tracker)
        day, time = days.day(tracker.get_slot("visit_day"), now(tracker)), said.text(tracker.get_slot("visit_time"))
        if booking is None or day is None or booking.state != "booked":
            dispatcher.utter_message(response="utter_not_open", number=said.text(tracker.get_slot("booking_number")))
            return forgotten("booking_number")
        moved = CENTRE.change(replace(booking, day=day, time=time))
        where = department(moved.department) or DEPARTMENTS[-1]
        dispatcher.utter_message(
            response="utter_rescheduled", number=moved.number, day=day.isoformat(), time=time,
            department=where.name[tongue], place=where.place[tongue],
        )  # fmt: skip
        return forgotten()


class CancelBooking(Action):
    """Cancel a booking when the patient said yes to it."""

    def name(self) -> str:
        return "action_cancel_booking"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        booking = CENTRE.find(tracker.get_slot("booking_number"), now(tracker))
        number = said.text(tracker.get_slot("booking_number"))
        if booking is None or booking.state != "booked":
            dispatcher.utter_message(response="utter_not_open", number=number)
        elif not tracker.get_slot("cancel_confirmed"):
            dispatcher.utter_message(response="utter_booking_kept", number=number)
        else:
            CENTRE.change(replace(booking, state="cancelled"))
            dispatcher.utter_message(response="utter_booking_cancelled", number=number)
        return forgotten("booking_number")


class FindAppointment(Action):
    """Look a booking up; `utter_appointment` then says it, by its state."""

    def name(self) -> str:
        return "action_find_appointment"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        booking, tongue = CENTRE.find(tracker.get_slot("booking_number"), now(tracker)), language(tracker)
        if booking is None:
            return [SlotSet("appointment_state", None)]
        where = department(booking.department) or DEPARTMENTS[-1]
        return [
            SlotSet("appointment_state", booking.state), SlotSet("appointment_department", where.name[tongue]),
            SlotSet("appointment_doctor", booking.doctor[tongue]), SlotSet("appointment_place", where.place[tongue]),
            SlotSet("appointment_when", f"{booking.day.isoformat()} {booking.time}"),
        ]  # fmt: skip


class FreeSlots(Action):
    """List the next days with free slots."""

    def name(self) -> str:
        return "action_free_slots"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        where, tongue = wanted(tracker), language(tracker)
        free = CENTRE.next_free(where.key, now(tracker), now(tracker))[:3]
        rows = [
            f"{WEEKDAYS[tongue][day.weekday()]} {day.isoformat()}: {', '.join(CENTRE.free(where.key, day))}"
            for day in free
        ]
        named = where.name[tongue]
        if rows:
            dispatcher.utter_message(response="utter_free_slots", department=named, list=joined(tracker, rows))
        else:
            dispatcher.utter_message(response="utter_no_free_slots", department=named)
        return []


class JoinWaitlist(Action):
    """Put the patient on the waiting list."""

    def name(self) -> str:
        return "action_join_waitlist"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        where, phone = wanted(tracker), said.text(tracker.get_slot("phone"))
        dispatcher.utter_message(
            response="utter_waitlisted", department=where.name[language(tracker)], place=CENTRE.wait(where.key, phone),
            phone=phone,
        )  # fmt: skip
        return forgotten("department")


class DoctorSchedule(Action):
    """Say when a doctor works: the one that was named, those of a department, or all."""

    def name(self) -> str:
        return "action_doctor_schedule"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        tongue, text = language(tracker), str(tracker.latest_message.get("text") or "")
        named = doctor(next(tracker.get_latest_entity_values("doctor"), None) or text)
        place = department(next(tracker.get_latest_entity_values("department"), None))
        if named is not None:
            where = department(named.department) or DEPARTMENTS[-1]
            dispatcher.utter_message(
                response="utter_doctor_schedule", doctor=named.name[tongue], department=where.name[tongue],
                days=_days(named, tongue),
            )  # fmt: skip
        elif place is not None:
            one = of_department(place.key)
            row = f"{one.name[tongue]} ({_days(one, tongue)})"
            dispatcher.utter_message(response="utter_department_schedule", department=place.name[tongue], list=row)
        else:
            rows = [
                f"{(department(one.department) or DEPARTMENTS[-1]).name[tongue]} {one.name[tongue]}" for one in DOCTORS
            ]
            dispatcher.utter_message(response="utter_doctors", list=joined(tracker, rows))
        return [SlotSet("doctor", None)]


def _days(one: Doctor, tongue: str) -> str:
    return ("、" if tongue == "zh" else ", ").join(WEEKDAYS[tongue][day] for day in one.days)


class SuggestDepartment(Action):
    """Suggest a department for a complaint, and offer to book there."""

    def name(self) -> str:
        return "action_suggest_department"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        where = suggested(str(tracker.latest_message.get("text") or ""))
        if where is None:
            dispatcher.utter_message(response="utter_suggest_unknown")
            return []
        named = where.name[language(tracker)]
        dispatcher.utter_message(response="utter_suggest_department", department=named)
        return [SlotSet("department", named)]


class ForgetRequest(Action):
    """Empty the slots of a request that was given up."""

    def name(self) -> str:
        return "action_forget_request"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        return forgotten("department")


class YizhanHandoff(Action):
    """On a Rasa server: say that a person will come, and tell Yizhan so. Its own engine never asks for this one."""

    def name(self) -> str:
        return "yizhan_handoff"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        dispatcher.utter_message(response="utter_handover")
        dispatcher.utter_message(json_message={"handoff": True})
        return []
