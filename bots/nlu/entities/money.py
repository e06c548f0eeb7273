"""Sums of money: `{"amount": "12.50", "currency": "CNY"}`, the amount a decimal in text, never a float. Pure.

三块五 is 3.50; a bare 五万八 is money too where a bot asks for money, for nobody counts anything else so.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from bots.nlu.entities.hits import Hit, Setting
from bots.nlu.entities.numbers import ARABIC, HAN, spoken
from bots.nlu.entities.numerals import DIGITS, chinese, figures
from bots.nlu.entities.triggers import Trigger

CURRENCIES = {
    "人民币": "CNY", "美元": "USD", "美金": "USD", "欧元": "EUR", "英镑": "GBP", "日元": "JPY", "日币": "JPY",
    "港币": "HKD", "港元": "HKD", "台币": "TWD", "新台币": "TWD", "韩元": "KRW", "澳元": "AUD", "加元": "CAD",
    "元": "CNY", "块钱": "CNY", "块": "CNY", "圆": "CNY", "刀": "USD", "¥": "CNY", "$": "USD", "€": "EUR", "£": "GBP",
    "us$": "USD", "hk$": "HKD", "rmb": "CNY", "cny": "CNY", "usd": "USD", "eur": "EUR", "gbp": "GBP", "jpy": "JPY",
    "hkd": "HKD", "dollars": "USD", "dollar": "USD", "bucks": "USD", "euros": "EUR", "euro": "EUR", "pounds": "GBP",
    "quid": "GBP", "yuan": "CNY", "yen": "JPY", "cents": "USD",
}  # fmt: skip
"""¥ is read as yuan: hubs of this kind stand in China."""
TRIGGER = Trigger(
    "元块圆毛角¥$€£刀百千万", "分钱|币|镑|美金|rmb|cny|us$|usd|eur|gbp|jpy|hkd|dollar|buck|pound|quid|yuan|yen|cents"
)
_NUM = rf"(?:{ARABIC}[百千]?[万亿]*|{HAN})"
_AFTER = "|".join(sorted((word for word in CURRENCIES if word not in "¥$€£us$hk$"), key=len, reverse=True))
_BEFORE = "|".join(
    re.escape(word) for word in ("us$", "hk$", "¥", "$", "€", "£", "rmb", "cny", "usd", "eur", "gbp", "人民币")
)
_PREFIXED = re.compile(rf"(?<![a-z])(?P<unit>{_BEFORE})\s?(?P<sum>{ARABIC}(?P<scale>[千]?[万亿]|k\b|\s?million\b)?)")
_SUFFIXED = re.compile(
    rf"(?<![第点\d.])(?P<sum>{_NUM})多?\s?(?P<unit>{_AFTER})(?![a-z])(?P<tail>(?:[零又]?[\d一二三四五六七八九两](?:毛"
    rf"|角|分)?){{0,2}})(?:钱|整)?"
)
_SMALL = re.compile(
    r"(?<![\d.第])(?P<sum>\d|[一二两三四五六七八九])(?P<unit>毛|角|分(?=钱))(?P<more>[\d一二三四五六七八九])?分?(?:钱)?(?![衣笔巾病线度豆色落流])"
)
_ELIDED = re.compile(
    rf"(?<![{'一二三四五六七八九十百千万两'}])[一二两三四五六七八九](?:[一二三四五六七八九十百千]*)[百千万][一二三四五六七八九](?![一二三四五六七八九十百千万个人位吨度户米公年天月号分])"
)
_BIGGEST = Decimal(10) ** 18
"""Beyond it a Decimal has no cents; no customer has either."""
_TAIL = re.compile(r"[零又]?([\d一二三四五六七八九两])(毛|角|分)?")
_THING = re.compile(r"[桥旦宵素件器蛋肉砖表板石糖地屏布玻电豆区儿去来吃走玩做]|头部|起")
"""What follows 块 or 元 when it is no money: 三元桥, 三块蛋糕, 一块儿去."""
_ENGLISH = re.compile(r"\s?(dollars?|bucks|euros?|pounds|quid|yuan|yen|cents|percent)\b")


def find(text: str, setting: Setting) -> list[Hit]:
    """Return the sums of money of a folded text."""
    return [*_prefixed(text), *_suffixed(text), *_pennies(text), *_spoken(text), *_bare(text)]


def _prefixed(text: str) -> Iterator[Hit]:
    for match in _PREFIXED.finditer(text):
        scale = (match["scale"] or "").strip()
        value = figures(match["sum"].removesuffix(match["scale"] or "") + (scale if scale[-1:] in "万亿" else ""))
        factor = {"k": 1000, "million": 10**6}.get(scale, 1)
        if value is not None:
            yield _hit(match.span(), value * factor, CURRENCIES[match["unit"]])


def _suffixed(text: str) -> Iterator[Hit]:
    for match in _SUFFIXED.finditer(text):
        told, unit, tail = match["sum"], match["unit"], match["tail"]
        value = figures(told) if told[0].isdecimal() else chinese(told)
        if value is None or (unit[0] in "元块圆" and _THING.match(text, match.end())):
            continue
        if (
            told == "一"
            and unit == "块"
            and not tail
            and text[match.end() : match.end() + 1].isalnum()
            and match[0][-1] != "钱"
        ):
            continue
        if unit == "cents":
            value /= 100
        yield _hit(match.span(), value + _tail(tail, unit), CURRENCIES[unit])


def _tail(text: str, unit: str) -> Decimal:
    """Read what stands behind 块: 五 is five 毛, 零五 or 五分 five 分, 两毛五 is 25 分."""
    value, place = Decimal(0), Decimal("0.1")
    for match in _TAIL.finditer(text):
        size = Decimal("0.01") if match[2] == "分" else Decimal("0.1") if match[2] else place
        if match[0][0] == "零" and not match[2]:
            size = Decimal("0.01")
        value += size * (int(match[1]) if match[1].isdecimal() else DIGITS[match[1]])
        place = Decimal("0.01")
    return value


def _pennies(text: str) -> Iterator[Hit]:
    for match in _SMALL.finditer(text):
        size = Decimal("0.01") if match["unit"] == "分" else Decimal("0.1")
        value = size * _digit(match["sum"]) + Decimal("0.01") * (_digit(match["more"]) if match["more"] else 0)
        yield _hit(match.span(), value, "CNY")


def _digit(char: str) -> int:
    return int(char) if char.isdecimal() else DIGITS[char]


def _spoken(text: str) -> Iterator[Hit]:
    """Return English words with a currency: fifty dollars."""
    for hit in spoken(text):
        unit = _ENGLISH.match(text, hit.end)
        if unit and unit[1] in CURRENCIES and not hit.info:
            value = Decimal(str(hit.value)) / (100 if unit[1] == "cents" else 1)
            yield _hit((hit.start, unit.end()), value, CURRENCIES[unit[1]])


def _bare(text: str) -> Iterator[Hit]:
    for match in _ELIDED.finditer(text):
        value = chinese(match[0])
        if value is not None:
            yield _hit(match.span(), value, "CNY")


def _exact(value: Decimal) -> Decimal:
    """Write at least two decimals; more only where they were said."""
    if value >= _BIGGEST:
        return value
    cents = value.quantize(Decimal("0.01"))
    return cents if cents == value else value


def _hit(span: tuple[int, int], value: Decimal, currency: str) -> Hit:
    exact = _exact(value)
    return Hit(kind="money", start=span[0], end=span[1], value={"amount": format(exact, "f"), "currency": currency})
