"""How often WeChat lets us show that somebody types: asked too often, it refuses and counts the call.

A customer sees it for 15 s, and only within 30 s of a message
(https://developers.weixin.qq.com/doc/service/en/api/customer/message/api_typing).
"""

from collections import OrderedDict, deque

MOST_PEOPLE = 10_000


class Pace:
    """At most `most` times in `seconds` for each person; forgets those who were asked about longest ago."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()

    def may(self, user: str, now: float) -> bool:
        """Say whether it may be shown now, and note that it is."""
        times = self._asked.setdefault(user, deque(maxlen=self._most))
        self._asked.move_to_end(user)
        if len(self._asked) > MOST_PEOPLE:
            self._asked.popitem(last=False)
        if len(times) == self._most and now - times[0] < self._seconds:
            return False
        times.append(now)
        return True
