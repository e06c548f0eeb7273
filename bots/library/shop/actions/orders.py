"""A small simulated back end: orders, parcels and refunds that never change between runs. Standard library only."""

import re
from dataclasses import dataclass, field

NUMBER = re.compile(r"D20\d{10}", re.IGNORECASE)
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
PHONE = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|07\d{9})(?!\d)")
TAX = re.compile(r"(?<![0-9A-Z])(?:[0-9A-Z]{18}|GB\d{9})(?![0-9A-Z])")
INVOICES = {
    "personal": ("personal", "private", "个人"),
    "special": ("special", "vat number", "专"),
    "normal": ("normal", "business", "company", "公司", "普"),
}
"""How people name the kinds of invoice, the surest words first."""
MONTHS = {"large": 36, "other": 12}
"""Months of warranty."""
LARGE = ("电视", "空调", "洗衣机", "热水器", "油烟机", "tv", "air conditioner", "washing machine", "water heater",
         "cooker hood")  # fmt: skip


@dataclass
class Order:
    """An order. `state` is waiting, shipped, delivered or cancelled; amounts are in the shop's currency."""

    number: str
    state: str
    amount: str
    date: str
    """When it leaves, arrives, or arrived."""
    parcel: str = ""
    refund: str = ""
    """Empty, `going` or `done`."""
    refund_date: str = ""
    cheaper_by: str = ""
    """How much less it costs now, while its price is protected."""
    late: bool = False
    """Too long ago for a return without a reason."""
    vip: bool = False


@dataclass
class Shop:
    """Every order of the demonstration, and the running number of its returns."""

    orders: dict[str, Order] = field(default_factory=dict)
    returns: int = 0

    def order(self, number: object) -> Order | None:
        """Return the order of this number, if there is one."""
        return self.orders.get(str(number))

    def new_return(self) -> str:
        """Return the number of a new return."""
        self.returns += 1
        return f"R{20261200 + self.returns}"


def opened() -> Shop:
    """Return a fresh shop."""
    orders = (
        Order("D202611200018", "shipped", "299.00", "2026-12-03", parcel="SF1002003004"),
        Order(
            "D202611180007", "delivered", "249.00", "2026-11-28", parcel="SF1002003001", cheaper_by="50.00", vip=True
        ),
        Order("D202611150022", "delivered", "89.90", "2026-11-25", parcel="YT5556667778"),
        Order("D202611230031", "waiting", "1299.00", "2026-12-02"),
        Order("D202611100003", "delivered", "59.00", "2026-11-14", refund="going", refund_date="2026-12-04"),
        Order("D202610010001", "delivered", "35.00", "2026-10-06", late=True, refund="done", refund_date="2026-10-20"),
    )
    return Shop({one.number: one for one in orders})


def number(text: object) -> str | None:
    """Return the order number in a text, if there is one."""
    found = NUMBER.search(str(text))
    return found[0].upper() if found else None


def invoice_type(text: object) -> str | None:
    """Return which kind of invoice a text names, if any."""
    said = str(text).casefold()
    return next((kind for kind, words in INVOICES.items() if any(word in said for word in words)), None)


def months(product: str) -> int:
    """Return the months of warranty of a product."""
    return MONTHS["large" if product.casefold() in LARGE else "other"]
