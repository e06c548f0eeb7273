"""Addresses: province, city, district, road, number, building, room; and simple English street addresses. Pure.

`places.txt` names the provinces and cities; a district, road or number is known by its last character. One piece alone
is no address, but a road with a number is. The value is the address with its province and city written out.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from bots.nlu.entities.hits import Hit, Setting
from bots.nlu.entities.triggers import Trigger

TRIGGER = Trigger(
    "省市区县镇乡路街道巷弄村栋幢座室旗",
    "小区|花园|胡同|大厦|号|street|st.|st,| st|road|rd|avenue|ave|lane|ln|drive|dr|blvd|boulevard|court|square|terrace|"
    "place|crescent|close|way",
    r"[省市区县镇乡路街道巷弄村栋幢座室旗]|小区|花园|胡同|大厦|\d",
)


def _places() -> tuple[dict[str, str], dict[str, str]]:
    """Return provinces (every way to write one: its full name) and cities (short name: province)."""
    provinces: dict[str, str] = {}
    cities: dict[str, str] = {}
    for line in Path(__file__).with_name("places.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        full, _, told = line.partition(":")
        short = re.sub(r"(省|市|特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区)$", "", full)
        provinces |= {full: full, short: full}
        cities |= dict.fromkeys(told.split(), full)
    return provinces, cities


PROVINCES, CITIES = _places()
_NAME = r"[^\W\d_a-z我你您他她它在到去住是的了把送寄来从往给和请位于有个这那哪号上下]"
_NUMBER = r"(?:\d{1,5}(?:-\d{1,4})?|[一二三四五六七八九十百]{1,5}|[a-z]\d{0,3})"
_PROVINCE = "|".join(sorted(PROVINCES, key=len, reverse=True))
_CITY = "|".join(sorted(CITIES, key=len, reverse=True))
_ADDRESS = re.compile(
    rf"(?:(?P<province>{_PROVINCE})省?)?\s?(?:(?P<city>{_CITY})(?!区|县|路|街|道|镇)市?)?\s?"
    rf"(?P<district>{_NAME}{{1,5}}?(?:新区|开发区|高新区|(?<![小社])区(?!别|分|块)|县|旗|市(?!场|民|政|区)))?\s?"
    rf"(?P<town>{_NAME}{{1,6}}?(?:镇|乡|街道))?\s?"
    rf"(?P<road>{_NAME}{{1,8}}?(?:大道|大街|胡同|路(?!上|过|费|由|口|线|程)|街(?!道)"
    rf"|巷|弄|道(?!理|路|歉)|里弄|村))?(?P<lane>{_NUMBER}[弄段])?\s?"
    rf"(?P<number>{_NUMBER}\s?号(?!线|楼|机|店))?(?:院)?\s?"
    rf"(?P<estate>{_NAME}{{1,10}}?(?:小区|花园|花苑|家园|公寓|大厦|广场|新村|社区|名苑|雅苑|嘉园|苑|府(?=\d)))?\s?"
    rf"(?P<block>{_NUMBER}\s?(?:号楼|栋|幢|座|期))?\s?(?P<unit>{_NUMBER}\s?单元)?\s?(?P<room>{_NUMBER}\s?(?:楼"
    rf"|层))?\s?(?P<flat>\d{{2,5}}\s?(?:室|房|户|号)?(?!\d|[个元块点分年月天]))?"
)
_STREET = re.compile(
    r"(?<![\w.])(?P<number>\d{1,5}[a-z]?)\s+(?P<road>(?:(?!(?:on|the|in|at|my"
    r"|of|to|and|for|hours?|days?|is|was|from|by|minutes?|times?)\b)[a-z0-9'.-]+\s+){1,4}?"
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|place"
    r"|square|terrace|crescent|close|way)\b\.?)"
    r"(?:,?\s*(?:apt|apartment|flat|unit|suite)\.?\s*#?\w{1,6}\b)?"
)
_LEAD = re.compile(r"(?:家庭|收货|详细)?(?:门牌号?|地址|家住|家在|住址)[是为:\s]*")
_PARTS = ("province", "city", "district", "town", "road", "lane", "number", "estate", "block", "unit", "room", "flat")


def find(text: str, setting: Setting) -> list[Hit]:
    """Return the addresses of a folded text."""
    return [*_chinese(text), *_english(text)]


def _chinese(text: str) -> Iterator[Hit]:
    place = 0
    while place < len(text):
        lead = _LEAD.match(text, place)
        place = lead.end() if lead else place
        match = _ADDRESS.match(text, place)
        if match is None or not match[0] or not _enough(match):
            place += 1
            continue
        start, end = match.span()
        while text[end - 1].isspace():
            end -= 1
        parts = {name: match[name].strip() for name in _PARTS if match[name]}
        yield Hit(kind="address", start=start, end=end, value=_written(match, text[start:end]), info=_named(parts))
        place = match.end()


def _enough(match: re.Match[str]) -> bool:
    """Say whether these pieces make an address: a road or estate with a number, or a place and a piece below it."""

    def has(*names: str) -> bool:
        return any(match[name] for name in names)

    if has("road", "estate", "lane") and has("number", "block", "flat", "room", "unit"):
        return True
    if has("province", "city") and has("district", "town", "road", "estate"):
        return True
    if match["province"] and match["city"]:
        return True
    return bool(match["district"]) and has("town", "road", "estate")


def _written(match: re.Match[str], text: str) -> str:
    """Write province and city out in full."""
    province = PROVINCES[match["province"]] if match["province"] else CITIES.get(match["city"] or "", "")
    rest = text[
        (match.end("city") if match["city"] else match.end("province") if match["province"] else match.start())
        - match.start() :
    ]
    rest = rest.strip().removeprefix("省") if match["province"] and not match["city"] else rest.strip()
    if match["city"]:
        return f"{province}{match['city']}市{rest.removeprefix('市')}"
    return f"{province}{rest}"


def _named(parts: dict[str, str]) -> dict[str, str]:
    if "province" in parts:
        parts["province"] = PROVINCES[parts["province"]]
    elif "city" in parts:
        parts["province"] = CITIES[parts["city"]]
    if "city" in parts:
        parts["city"] += "市"
    return parts


def _english(text: str) -> Iterator[Hit]:
    for match in _STREET.finditer(text):
        yield Hit(
            kind="address", start=match.start(), end=match.end(), value=None, info={"road": match["road"].strip()}
        )
