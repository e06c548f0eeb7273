"""A sentence as the finders read it, and the way back to what the customer typed. Pure.

Width (NFKC), case and the traditional forms of the characters that grammars are made of are folded; every code point
of the folded text remembers where it came from, so that a span points at the original.
"""

import unicodedata

from msgspec import Struct

_TRADITIONAL = str.maketrans(
    "點週號兩萬億後個鐘時塊錢禮這電話陰負貳參陸佰仟圓內區縣鎮鄉棟樓層單車間從發灣東廣門雲寧國慶節歲過",
    "点周号两万亿后个钟时块钱礼这电话阴负贰叁陆佰仟圆内区县镇乡栋楼层单车间从发湾东广门云宁国庆节岁过",
)


class Folded(Struct, frozen=True, kw_only=True):
    """`text` folded. `origin[i]` is the place of its code point i in the original; empty where they are the same."""

    text: str
    original: str
    origin: tuple[int, ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where folded code points [start, end) stand in the original."""
        if not self.origin:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1


def fold(text: str) -> Folded:
    """Fold one text; never raises."""
    low = text.lower()
    if len(low) == len(text) and (text.isascii() or unicodedata.is_normalized("NFKC", low)):
        return Folded(text=low.translate(_TRADITIONAL) if not text.isascii() else low, original=text)
    parts: list[str] = []
    origin: list[int] = []
    for place, char in enumerate(text):
        plain = unicodedata.normalize("NFKC", char).lower()
        parts.append(plain)
        origin.extend([place] * len(plain))
    return Folded(text="".join(parts).translate(_TRADITIONAL), original=text, origin=tuple(origin))
