"""Numbers on papers: identity cards, car plates, orders. Pure. An identity number appears as an entity's value only.

Sources: GB 11643-1999 (18 digits, check sum ISO 7064 MOD 11-2), GA 36-2018 (plates, with new-energy ones of 8 signs).
"""

import re
from datetime import date

from bots.nlu.entities.hits import Hit, Setting
from bots.nlu.entities.triggers import FIGURES, Trigger

ID_TRIGGER = Trigger(FIGURES, then=r"\d{17}")
_ID = re.compile(r"(?<![a-z0-9])\d{17}[\dx](?![a-z0-9])", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)

_HOME = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
PLATE_TRIGGER = Trigger(_HOME, then=rf"[{_HOME}]\s?[a-z]")
_PLATE = re.compile(
    rf"[{_HOME}]\s?[a-hj-np-z][\s·.•・-]?"
    r"(?:[a-hjk][a-hj-np-z0-9]\d{4}|\d{5}[a-hjk]|(?=[a-z]{0,2}\d|\d)[a-hj-np-z0-9]{4}[a-hj-np-z0-9学警挂港澳领])(?![a-z0-9学警挂])"
)

ORDER_TRIGGER = Trigger(FIGURES, then=r"\d{3}")
_LEAD = r"(?:订单|单号|工单|运单|快递|流水|编号|order|ticket|tracking|case|ref(?:erence)?)"
ORDER = (
    re.compile(
        rf"{_LEAD}(?:编?号码?|number|no\.?|id)?\s?(?:是|为|:|#|is|num(?:ber)?|no\.?)?\s?(?:is\s"
        rf"|:\s?)?[#:]?\s?(?P<it>(?=[a-z0-9_-]*\d{{3}})[a-z0-9](?:[a-z0-9_-]{{2,38}}[a-z0-9])(?![a-z0-9@]))",
        re.ASCII,
    ),
    re.compile(r"(?<![a-z0-9_-])(?P<it>[a-z]{1,6}[-_]?\d{6,30}(?:-\d{1,10})?)(?![a-z0-9_-])", re.ASCII),
)
"""What an order number looks like where `entities: order_number:` of yizhan.yml says nothing else."""


def identities(text: str, setting: Setting) -> list[Hit]:
    """Return identity numbers whose place, birthday and check sum are right."""
    return [
        Hit(kind="id_card", start=match.start(), end=match.end(), value=match[0].upper())
        for match in _ID.finditer(text)
        if _true(match[0])
    ]


def _true(text: str) -> bool:
    if text[:2] not in _PROVINCES:
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(char) for weight, char in zip(_WEIGHTS, text, strict=False))
    return "10x98765432"[total % 11] == text[-1]


def plates(text: str, setting: Setting) -> list[Hit]:
    """Return car plates in capitals, without a dot between."""
    return [
        Hit(kind="plate", start=match.start(), end=match.end(), value=re.sub(r"[\s·.•・-]", "", match[0]).upper())
        for match in _PLATE.finditer(text)
    ]


def orders(text: str, setting: Setting) -> list[Hit]:
    """Return order numbers, in capitals."""
    return [
        Hit(kind="order_number", start=match.start("it"), end=match.end("it"), value=match["it"].upper())
        for pattern in ORDER
        for match in pattern.finditer(text)
    ]
