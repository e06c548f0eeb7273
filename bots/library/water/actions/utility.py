"""The simulated back end of 云溪水务: accounts, bills, outages and orders. Always the same after a start."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

Words = dict[str, str]
"""The same thing by language: `zh`, `en`."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """A supply point and its last bill. `state` is paid, due or overdue; money as text, for it is only shown."""

    number: str
    tail: str
    state: str
    amount: str
    usage: int
    month: Words
    due: str
    reading: int


@dataclass(frozen=True, kw_only=True)
class Outage:
    """Water that is off in a district, now or (`planned`) later."""

    district: str
    cause: Words
    streets: Words
    when: Words
    planned: bool = False


@dataclass(frozen=True, kw_only=True)
class Order:
    """A repair or a connection. `state` is waiting, on_the_way, done or cancelled."""

    number: str
    address: Words
    day: str
    state: str = "waiting"
    worker: Words | None = None
    time: str = ""


_NOVEMBER = {"zh": "11 月", "en": "November"}
ACCOUNTS = {
    one.number: one
    for one in (
        Account(number="1023456789", tail="8000", state="due", amount="86.80", usage=28, month=_NOVEMBER,
                due="12-25", reading=356),
        Account(number="1023450012", tail="5678", state="paid", amount="43.40", usage=14, month=_NOVEMBER,
                due="12-25", reading=590),
        Account(number="1088120034", tail="1234", state="overdue", amount="217.00", usage=70, month=_NOVEMBER,
                due="11-25", reading=2039),
        Account(number="1071003321", tail="6688", state="due", amount="31.00", usage=10, month=_NOVEMBER,
                due="12-25", reading=77),
        Account(number="1023450077", tail="0909", state="paid", amount="55.80", usage=18, month=_NOVEMBER,
                due="12-25", reading=1208),
    )
}  # fmt: skip

DISTRICTS: tuple[Words, ...] = (
    {"zh": "城东区", "en": "East Side"}, {"zh": "城西区", "en": "West Side"}, {"zh": "老城区", "en": "Old Town"},
    {"zh": "滨湖新区", "en": "Lakeside"}, {"zh": "高新区", "en": "Tech Park"}, {"zh": "柳塘镇", "en": "Willow Pond"},
)  # fmt: skip
OUTAGES = (
    Outage(
        district="Old Town", cause={"zh": "抢修爆裂的主管", "en": "emergency repair of a burst main"},
        streets={"zh": "文昌街、书院巷", "en": "Wenchang Street and Academy Lane"}, when={"zh": "18:00", "en": "6 pm"},
    ),
    Outage(
        district="Tech Park", cause={"zh": "管网改造", "en": "works on the mains"}, planned=True,
        streets={"zh": "科技路 1–40 号", "en": "1 to 40 Science Road"},
        when={"zh": "周四 22:00 至次日 5:00", "en": "from Thursday 10 pm to Friday 5 am"},
    ),
    Outage(
        district="Willow Pond", cause={"zh": "更换阀门", "en": "a new valve"}, planned=True,
        streets={"zh": "全镇", "en": "the whole town"},
        when={"zh": "周六 8:00 至 12:00", "en": "Saturday 8 am to noon"},
    ),
)  # fmt: skip
PAPERS: dict[str, Words] = {
    "home": {"zh": "房产证明和身份证", "en": "proof of ownership and ID card"},
    "shop": {"zh": "营业执照、租赁合同和身份证", "en": "business licence, lease and ID card"},
    "factory": {"zh": "营业执照、用水计划和总平面图", "en": "business licence, water plan and site plan"},
    "site": {"zh": "施工许可证和营业执照", "en": "building permit and business licence"},
}
DAYS_TO_SURVEY = {"home": 3, "shop": 3, "factory": 5, "site": 2}
KINDS = {
    "home": ("住宅", "住房", "家", "房子", "民用", "home", "house", "flat", "apartment"),
    "shop": ("商铺", "店", "门面", "饭店", "shop", "store", "restaurant", "office"),
    "factory": ("工厂", "厂", "factory", "plant", "warehouse"),
    "site": ("工地", "临时", "施工", "site", "construction", "temporary"),
}


def _opening(today: date) -> dict[str, Order]:
    """Return the orders that are there before anybody called."""
    home = {"zh": "桂花路18号3栋502", "en": "18 Osmanthus Road, flat 502"}
    street = {"zh": "文昌街66号", "en": "66 Wenchang Street"}
    lake = {"zh": "湖滨大道120号", "en": "120 Lakeside Avenue"}
    liu = {"zh": "刘师傅", "en": "Mr Liu"}
    return {
        one.number: one
        for one in (
            Order(
                number="YX20260017", address=home, day=today.isoformat(), state="on_the_way", worker=liu, time="15:30"
            ),
            Order(number="YX20260023", address=street, day=(today + timedelta(days=1)).isoformat()),
            Order(number="YX20260031", address=lake, day=(today - timedelta(days=2)).isoformat(), state="done"),
        )
    }


class Utility:
    """The utility as one server knows it; orders made here are forgotten with it."""

    def __init__(self) -> None:
        self._orders: dict[str, Order] = {}
        self._made: dict[str, str] = {}

    def account(self, said: object) -> Account | None:
        """Return the account of a number in what was said."""
        found = re.search(r"(?<!\d)\d{10}(?!\d)", str(said).replace(" ", ""))
        return ACCOUNTS.get(found[0]) if found else None

    def order(self, said: object, today: date) -> Order | None:
        """Return the order of a number in what was said; eight digits without YX will do."""
        found = re.search(r"\d{8}", str(said))
        number = f"YX{found[0]}" if found else ""
        return self._orders.get(number) or _opening(today).get(number)

    def open(self, key: str, address: str, day: str) -> Order:
        """Make an order; the same `key` makes the same one again, so that a call repeated does no harm."""
        if key not in self._made:
            number = f"YX{20260100 + len(self._made)}"
            self._made[key] = number
            self._orders[number] = Order(number=number, address={"zh": address, "en": address}, day=day)
        return self._orders[self._made[key]]

    def cancel(self, order: Order) -> Order:
        """Cancel an order that was found before."""
        self._orders[order.number] = replace(order, state="cancelled")
        return self._orders[order.number]


def district(said: object) -> Words | None:
    """Return the district that was named, in either language."""
    text = str(said).strip().casefold()
    for one in DISTRICTS:
        short = one["zh"].removesuffix("新区").removesuffix("区").removesuffix("镇")
        if one["en"].casefold() in text or short in text:
            return one
    return None


def outages(planned: bool, where: Words | None = None) -> list[Outage]:
    """Return outages, now or planned, of one district or all."""
    return [one for one in OUTAGES if one.planned is planned and (where is None or one.district == where["en"])]


def property_kind(said: object) -> str | None:
    """Return home, shop, factory or site."""
    text = str(said).strip().casefold()
    return next((kind for kind, words in KINDS.items() if any(word in text for word in words)), None)
