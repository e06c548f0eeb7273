"""The custom actions: what is told, with which words of the domain. Facts come from `utility.py`."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from . import days, said
from .utility import DAYS_TO_SURVEY, PAPERS, Order, Utility, district, outages

Events = list[dict[str, Any]]
REQUEST = ("fault_kind", "visit_day", "repair_confirmed", "cancel_confirmed", "connection_confirmed", "property_kind",
           "meter_running", "reading", "phone_tail")  # fmt: skip
"""Slots of one request; who calls again is asked again. Who they are and where they live is kept."""
UTILITY = Utility()


def language(tracker: Tracker) -> str:
    """Return zh or en: each project says it in a slot."""
    return "en" if tracker.get_slot("bot_language") == "en" else "zh"


def forgotten(*more: str) -> Events:
    """Return events that empty the slots of a request."""
    return [SlotSet(name, None) for name in (*REQUEST, *more)]


class FindBill(Action):
    """Look the bill up; `utter_bill` then says it, by its state."""

    def name(self) -> str:
        return "action_find_bill"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        account = UTILITY.account(tracker.get_slot("account_number"))
        if account is None:
            return [SlotSet("bill_state", None), SlotSet("phone_tail", None)]
        return [
            SlotSet("bill_state", account.state), SlotSet("bill_amount", account.amount),
            SlotSet("bill_usage", str(account.usage)), SlotSet("bill_month", account.month[language(tracker)]),
            SlotSet("bill_due", account.due), SlotSet("phone_tail", None),
        ]  # fmt: skip


class FindOutage(Action):
    """Say whether the water is off in a district, now or soon."""

    def name(self) -> str:
        return "action_find_outage"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        tongue, where = language(tracker), district(tracker.get_slot("district"))
        found = [] if where is None else outages(False, where) or outages(True, where)
        for one in found[:1]:
            moment = "when" if one.planned else "until"
            dispatcher.utter_message(
                response="utter_outage_planned" if one.planned else "utter_outage_now",
                cause=one.cause[tongue], streets=one.streets[tongue], **{moment: one.when[tongue]},
            )  # fmt: skip
        if not found:
            dispatcher.utter_message(response="utter_outage_none")
        return []


class PlannedOutages(Action):
    """List the planned outages, of the district that was named or of all."""

    def name(self) -> str:
        return "action_planned_outages"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        tongue = language(tracker)
        named = next(tracker.get_latest_entity_values("district"), None)
        where = district(named) if named else None
        names = {one.district: where_of(one.district)[tongue] for one in outages(True)}
        rows = [f"{names[one.district]} {one.when[tongue]} ({one.cause[tongue]})" for one in outages(True, where)]
        if rows:
            dispatcher.utter_message(
                response="utter_planned_outage", list=("；" if tongue == "zh" else "; ").join(rows)
            )
        else:
            dispatcher.utter_message(response="utter_no_planned_outage")
        return []


def where_of(english: str) -> dict[str, str]:
    """Return a district by its English name."""
    return district(english) or {"zh": english, "en": english}


class CreateRepair(Action):
    """Make the repair order."""

    def name(self) -> str:
        return "action_create_repair"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        kind = tracker.get_slot("fault_kind") or "leak"
        address, day = said.text(tracker.get_slot("address")), said.text(tracker.get_slot("visit_day"))
        order = UTILITY.open(f"{tracker.sender_id}|{kind}|{address}|{day}", address, day)
        dispatcher.utter_message(response=f"utter_repair_created_{kind}", order=order.number, day=day, address=address)
        return [SlotSet("order_number", order.number), *forgotten()]


class RepairStatus(Action):
    """Say how far a repair is."""

    def name(self) -> str:
        return "action_repair_status"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        order, tongue = _order(tracker), language(tracker)
        if order is None:
            dispatcher.utter_message(response="utter_order_unknown", order=tracker.get_slot("order_number"))
            return [SlotSet("order_number", None)]
        dispatcher.utter_message(
            response=f"utter_order_{order.state}", order=order.number, address=order.address[tongue], day=order.day,
            worker=(order.worker or {}).get(tongue, ""), time=order.time,
        )  # fmt: skip
        return []


class CancelRepair(Action):
    """Cancel an order when the customer said yes to it."""

    def name(self) -> str:
        return "action_cancel_repair"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        order = _order(tracker)
        number = order.number if order else tracker.get_slot("order_number")
        if order is None:
            dispatcher.utter_message(response="utter_order_unknown", order=number)
        elif not tracker.get_slot("cancel_confirmed"):
            dispatcher.utter_message(response="utter_repair_kept", order=number)
        elif order.state == "done":
            dispatcher.utter_message(response="utter_too_late_to_cancel", order=number)
        else:
            UTILITY.cancel(order)
            dispatcher.utter_message(response="utter_repair_cancelled", order=number)
        return forgotten("order_number")


def _order(tracker: Tracker) -> Order | None:
    return UTILITY.order(tracker.get_slot("order_number"), days.today({"events": tracker.events}))


class CreateConnection(Action):
    """Take an application for a new connection."""

    def name(self) -> str:
        return "action_create_connection"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        kind = tracker.get_slot("property_kind") or "home"
        address = said.text(tracker.get_slot("address"))
        order = UTILITY.open(f"{tracker.sender_id}|connection|{address}", address, "")
        dispatcher.utter_message(
            response="utter_connection_created", order=order.number, days=DAYS_TO_SURVEY[kind],
            papers=PAPERS[kind][language(tracker)],
        )  # fmt: skip
        return forgotten()


class StoreReading(Action):
    """Note a meter reading."""

    def name(self) -> str:
        return "action_store_reading"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        account, reading = (
            UTILITY.account(tracker.get_slot("account_number")),
            said.reading(tracker.get_slot("reading")),
        )
        if account is not None and reading is not None:
            dispatcher.utter_message(
                response="utter_reading_stored", account=account.number, reading=reading,
                usage=max(0, reading - account.reading),
            )  # fmt: skip
        return forgotten()


class ForgetRequest(Action):
    """Empty the slots of a request that was given up or is done."""

    def name(self) -> str:
        return "action_forget_request"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        return forgotten()


class YizhanHandoff(Action):
    """On a Rasa server: say that a person will come, and tell Yizhan so. Its own engine never asks for this one."""

    def name(self) -> str:
        return "yizhan_handoff"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        dispatcher.utter_message(response="utter_handover")
        dispatcher.utter_message(json_message={"handoff": True})
        return []
