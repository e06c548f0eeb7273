"""The simulated back end of 云溪社区医院: departments, doctors, slots and bookings. Always the same after a start."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

Words = dict[str, str]
"""The same thing by language: `zh`, `en`."""
TIMES = ("08:30", "09:00", "09:30", "10:00", "10:30", "14:00", "14:30", "15:00", "15:30")
TAKEN = {"08:30", "10:00", "15:30"}
"""Times that regular patients have booked, every day."""
AHEAD = 14
"""Days ahead for which one can book."""
SUNDAY = 6


@dataclass(frozen=True, kw_only=True)
class Department:
    """A department. `signs` are words of complaints that belong to it."""

    key: str
    name: Words
    also: tuple[str, ...]
    place: Words
    signs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Doctor:
    """A doctor and the days of the week (Monday 0) on which they see patients."""

    name: Words
    department: str
    days: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Booking:
    """A booking. `state` is booked, cancelled or past."""

    number: str
    department: str
    doctor: Words
    day: date
    time: str
    patient: str = ""
    state: str = "booked"


FIRST = {"zh": "二楼", "en": "first floor"}
SECOND = {"zh": "三楼", "en": "second floor"}
# What hurts a child comes first; the more special department before General Medicine.
DEPARTMENTS = (
    Department(key="children", name={"zh": "儿科", "en": "Paediatrics"}, also=("小儿", "儿童", "pediatric", "children"),
               place=FIRST, signs=("孩子", "小孩", "宝宝", "娃", "child", "baby", "kid", "my son", "daughter")),
    Department(key="dental", name={"zh": "口腔科", "en": "Dental"}, also=("牙", "口腔", "dent", "teeth"), place=SECOND,
               signs=("牙", "口腔溃疡", "tooth", "gum", "teeth")),
    Department(key="eyes", name={"zh": "眼科", "en": "Eye Clinic"}, also=("眼", "eye", "ophthal"), place=SECOND,
               signs=("眼", "看不清", "eye", "vision")),
    Department(key="skin", name={"zh": "皮肤科", "en": "Dermatology"}, also=("皮肤", "skin", "dermat"), place=SECOND,
               signs=("皮肤", "痒", "疹", "痘", "脱发", "skin", "rash", "acne", "itch")),
    Department(key="women", name={"zh": "妇科", "en": "Gynaecology"}, also=("妇", "gyn"), place=SECOND,
               signs=("月经", "怀孕", "痛经", "period", "pregnan")),
    Department(key="surgery", name={"zh": "外科", "en": "Surgery"}, also=("外科", "surg"), place=FIRST,
               signs=("脚崴", "崴", "膝盖", "骨", "伤口", "包", "肿块", "ankle", "knee", "lump", "wound", "sprain")),
    Department(key="tcm", name={"zh": "中医科", "en": "Chinese Medicine"}, also=("中医", "tcm", "chinese med"),
               place=SECOND, signs=("失眠", "睡不着", "腰酸", "腰疼", "颈椎", "sleep", "back pain", "neck pain")),
    Department(key="general", name={"zh": "内科", "en": "General Medicine"}, also=("内科", "general", "gp", "internal"),
               place=FIRST,
               signs=("头疼", "头痛", "头晕", "咳", "感冒", "发烧", "肚子", "胃", "血压", "鼻", "headache", "dizz",
                      "cough", "cold", "fever", "stomach", "pressure", "diarrh", "nose", "blocked")),
)  # fmt: skip
DOCTORS = (
    Doctor(name={"zh": "李明", "en": "Dr Li"}, department="general", days=(0, 1, 2, 3, 4, 5)),
    Doctor(name={"zh": "赵国栋", "en": "Dr Zhao"}, department="surgery", days=(0, 2, 4)),
    Doctor(name={"zh": "王芳", "en": "Dr Wang"}, department="children", days=(0, 1, 3, 4, 5)),
    Doctor(name={"zh": "孙丽", "en": "Dr Sun"}, department="women", days=(1, 3, 5)),
    Doctor(name={"zh": "陈静", "en": "Dr Chen"}, department="dental", days=(0, 1, 2, 3, 4, 5)),
    Doctor(name={"zh": "周海涛", "en": "Dr Zhou"}, department="eyes", days=(0, 2, 4, 5)),
    Doctor(name={"zh": "吴敏", "en": "Dr Wu"}, department="skin", days=(1, 2, 3, 4)),
    Doctor(name={"zh": "郑一鸣", "en": "Dr Zheng"}, department="tcm", days=(0, 1, 2, 3, 4, 5)),
)
FULL = "skin"
"""A department that is always booked out, to try the waiting list."""
WEEKDAYS: dict[str, tuple[str, ...]] = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def department(said: object) -> Department | None:
    """Return the department that was named, in either language."""
    text = str(said or "").strip().casefold()
    exact = [one for one in DEPARTMENTS if text in (one.key, one.name["zh"], one.name["en"].casefold())]
    return next(iter(exact), None) or next(
        (one for one in DEPARTMENTS if any(word in text for word in (one.name["zh"], *one.also))), None
    )


def suggested(complaint: str) -> Department | None:
    """Return the department for what somebody suffers from."""
    text = complaint.casefold()
    return next((one for one in DEPARTMENTS if any(word in text for word in one.signs)), None)


def doctor(said: object) -> Doctor | None:
    """Return the doctor that was named; a family name with a title will do."""
    text = str(said or "").casefold().replace(".", "")
    return next(
        (one for one in DOCTORS if one.name["zh"] in text or one.name["en"].casefold() in text
         or any(one.name["zh"][0] + title in text for title in ("医生", "大夫", "主任"))),
        None,
    )  # fmt: skip


def of_department(key: str) -> Doctor:
    """Return the doctor of a department."""
    return next(one for one in DOCTORS if one.department == key)


class Centre:
    """The centre as one server knows it; bookings made here are forgotten with it."""

    def __init__(self) -> None:
        self._bookings: dict[str, Booking] = {}
        self._made: dict[str, str] = {}
        self._waiting: dict[str, list[str]] = {}

    def free(self, key: str, day: date) -> list[str]:
        """Return the times that are free; some always are not."""
        if key == FULL or day.weekday() not in of_department(key).days:
            return []
        taken = {
            one.time for one in self._bookings.values() if (one.department, one.day, one.state) == (key, day, "booked")
        }
        return [time for time in TIMES if time not in taken | TAKEN]

    def next_free(self, key: str, after: date, today: date) -> list[date]:
        """Return days with free slots after a day, within what can be booked."""
        days = (after + timedelta(days=ahead) for ahead in range(1, AHEAD + 1))
        return [day for day in days if day <= today + timedelta(days=AHEAD) and self.free(key, day)]

    def find(self, said: object, today: date) -> Booking | None:
        """Return the booking of a number in what was said; six digits without BK will do."""
        found = re.search(r"(?<!\d)\d{6}(?!\d)", str(said))
        number = f"BK{found[0]}" if found else ""
        return self._bookings.get(number) or _opening(today).get(number)

    def book(self, key: str, booking: Booking) -> Booking | None:
        """Book; the same `key` makes the same booking again. None when the time is taken."""
        if key in self._made:
            return self._bookings[self._made[key]]
        if booking.time not in self.free(booking.department, booking.day):
            return None
        number = f"BK{100500 + len(self._made)}"
        self._made[key] = number
        self._bookings[number] = replace(booking, number=number)
        return self._bookings[number]

    def change(self, booking: Booking) -> Booking:
        """Keep a booking as it is now."""
        self._bookings[booking.number] = booking
        return booking

    def wait(self, key: str, phone: str) -> int:
        """Put a phone number on the waiting list of a department; returns its place, from 1."""
        waiting = self._waiting.setdefault(key, [])
        if phone not in waiting:
            waiting.append(phone)
        return waiting.index(phone) + 1


def _opening(today: date) -> dict[str, Booking]:
    """Return the bookings that are there before anybody called."""
    soon, past = today + timedelta(days=2), today - timedelta(days=3)
    return {
        one.number: one
        for one in (
            Booking(number="BK100234", department="general", doctor=DOCTORS[0].name, day=soon, time="09:30"),
            Booking(number="BK100187", department="dental", doctor=DOCTORS[4].name, day=soon, time="14:00"),
            Booking(number="BK100305", department="eyes", doctor=DOCTORS[5].name, day=past, time="10:00", state="past"),
        )
    }
