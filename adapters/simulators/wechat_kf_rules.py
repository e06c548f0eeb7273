"""The rules of WeChat customer service, for its simulator: cursors, windows, sessions, ids, files. No network.

A rule that is broken is a `Refusal` with the code WeCom answers with.
"""

import secrets
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from hub.clock import Clock

WINDOW, HISTORY, BELL_LIFE = timedelta(hours=48), timedelta(days=3), timedelta(minutes=10)
WELCOME_LIFE, FILE_LIFE = timedelta(seconds=20), timedelta(days=3)
FREE_PULLS = 10
"""Pulls without a bell's token in a minute; the real figure is not told."""
BAD_VALUE, BAD_CUSTOMER, BAD_FILE = 40058, 40096, 40007
TOO_OFTEN, NO_ACCOUNT, NO_MORE, TOO_LATE, BAD_BELL, BAD_MOVE, BAD_STATE = (
    45009,
    95000,
    95001,
    95002,
    95007,
    95016,
    95018,
)
REPEATED, NO_CURSOR = 95099, 95098
"""Made up: the manual tells that there are such errors and not their codes."""
WORDS = {REPEATED: "msgid repeated", NO_CURSOR: "invalid cursor"}
MOVES = {0: {1, 2, 3, 4}, 1: {1, 2, 3, 4}, 2: {2, 3, 4}, 3: {3, 4}, 4: set[int]()}
SIZES = {"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "file": 20 << 20}


class Person(Struct, kw_only=True):
    """One customer: whose turn it is, and what may still be sent."""

    state: int = 4
    servicer: str = ""
    until: datetime | None = None
    left: int = 0
    greeted: datetime | None = None


class Code(Struct, kw_only=True):
    """A code for one message after an event."""

    user: str
    until: datetime


class Got(Struct, frozen=True, kw_only=True):
    """One answer that reached the customer."""

    to: str
    msgid: str
    type: str
    content: dict[str, Any]
    welcome: bool = False


class Refusal(Exception):
    """An errcode to answer with."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Desk:
    """One account. `trap`: an empty page that is not the last comes before every full one."""

    def __init__(self, clock: Clock, *, open_kfid: str, page: int, trap: bool, tell: Callable[[Got], None]) -> None:
        self.clock, self.open_kfid, self.page, self.trap, self._tell = clock, open_kfid, page, trap, tell
        self.people: dict[str, Person] = defaultdict(Person)
        self.nicknames: dict[str, str] = {}
        self.voice_format = 0
        """What the last pull asked voices to be: 0 AMR, 1 SILK."""
        self.stuck = False
        """Says that there is more and gives the same cursor again."""
        self.got: list[Got] = []
        self._items: list[tuple[datetime, dict[str, Any]]] = []
        self._bells: dict[str, datetime] = {}
        self._codes: dict[str, Code] = {}
        self._files: dict[str, tuple[datetime, str, bytes]] = {}
        self._used: set[str] = set()
        self._free: list[datetime] = []
        self._generation = secrets.token_hex(4)
        """Cursors of an earlier run are worth nothing."""

    def add(self, item: Mapping[str, Any]) -> None:
        """Put something where `sync_msg` finds it."""
        now = self.clock.now()
        whole = {"msgid": secrets.token_hex(16), "send_time": int(now.timestamp()), **item}
        self._items.append((now, whole))

    def bell(self) -> str:
        """Return a token for the next bell."""
        token = secrets.token_hex(16)
        self._bells[token] = self.clock.now()
        return token

    def wrote(self, user: str) -> None:
        """Open the window, and a session that is over anew."""
        person = self.people[user]
        person.until, person.left = self.clock.now() + WINDOW, 5
        if person.state == 4:
            person.state = 0

    def entered(self, user: str) -> str:
        """Return a code for the welcome when there was neither one nor a message for 48 hours, else ""."""
        now, person = self.clock.now(), self.people[user]
        greeted = person.greeted is not None and now - person.greeted <= WINDOW
        wrote = person.until is not None and now <= person.until
        return "" if greeted or wrote else self.code(user, WELCOME_LIFE)

    def forget_cursors(self) -> None:
        """Refuse every cursor handed out so far."""
        self._generation = secrets.token_hex(4)

    def sync(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer `sync_msg`."""
        self.account(asked)
        self._ring_token(asked.get("token", ""))
        self.voice_format = asked.get("voice_format", 0)
        if self.stuck:
            return {"next_cursor": asked.get("cursor", ""), "has_more": 1, "msg_list": []}
        now = self.clock.now()
        at, trapped = self._position(asked.get("cursor", ""))
        while at < len(self._items) and now - self._items[at][0] > HISTORY:
            at += 1
        waiting = self._items[at:]
        if self.trap and waiting and not trapped:
            return {"next_cursor": f"{self._generation}.{at}.1", "has_more": 1, "msg_list": []}
        size = min(int(asked.get("limit", 1000)), self.page)
        return {
            "next_cursor": f"{self._generation}.{at + len(waiting[:size])}.0",
            "has_more": int(len(waiting) > size), "msg_list": [item for _, item in waiting[:size]],
        }  # fmt: skip

    def _position(self, cursor: str) -> tuple[int, bool]:
        if not cursor:
            return 0, False
        generation, at, trapped = cursor.split(".")
        if generation != self._generation:
            raise Refusal(NO_CURSOR)
        return int(at), trapped == "1"

    def _ring_token(self, bell: str) -> None:
        now = self.clock.now()
        if bell:
            if now - self._bells.get(bell, now - HISTORY) > BELL_LIFE:
                raise Refusal(BAD_BELL)
            return
        self._free = [at for at in self._free if now - at < timedelta(minutes=1)]
        if len(self._free) >= FREE_PULLS:
            raise Refusal(TOO_OFTEN)
        self._free.append(now)

    def send(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer `send_msg`."""
        self.account(asked)
        user, now = str(asked.get("touser", "")), self.clock.now()
        if user not in self.people:
            raise Refusal(BAD_CUSTOMER)
        msgid = self._msgid(asked)
        person = self.people[user]
        if person.state not in (0, 1):
            raise Refusal(BAD_STATE)
        if person.until is None or now > person.until:
            raise Refusal(TOO_LATE)
        if person.left <= 0:
            raise Refusal(NO_MORE)
        self._reaches(user, msgid, asked, welcome=False)
        person.left -= 1
        return {"msgid": msgid}

    def welcome(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer `send_msg_on_event`."""
        code = self._codes.get(str(asked.get("code", "")))
        if code is None or self.clock.now() > code.until or asked.get("msgtype") not in ("text", "msgmenu"):
            raise Refusal(BAD_VALUE)
        msgid = self._msgid(asked)
        self._reaches(code.user, msgid, asked, welcome=True)
        del self._codes[str(asked["code"])]
        self.people[code.user].greeted = self.clock.now()
        return {"msgid": msgid}

    def _msgid(self, asked: dict[str, Any]) -> str:
        msgid = str(asked.get("msgid") or secrets.token_hex(16))
        if len(msgid) > 32 or not msgid.replace("-", "").replace("_", "").isalnum():
            raise Refusal(BAD_VALUE)
        if msgid in self._used:
            raise Refusal(REPEATED)
        return msgid

    def _reaches(self, user: str, msgid: str, asked: dict[str, Any], *, welcome: bool) -> None:
        type_ = str(asked.get("msgtype"))
        content = asked.get(type_)
        if not isinstance(content, dict) or not self._well_formed(type_, content):
            raise Refusal(BAD_VALUE)
        self._used.add(msgid)
        self.got.append(Got(to=user, msgid=msgid, type=type_, content=content, welcome=welcome))
        self._tell(self.got[-1])

    def _well_formed(self, type_: str, content: dict[str, Any]) -> bool:
        match type_:
            case "text":
                return 0 < len(str(content.get("content", "")).encode()) <= 2048
            case "image" | "voice" | "video" | "file":
                return self.file(content.get("media_id"))[1] == type_
            case "link" | "miniprogram":
                return self.file(content.get("thumb_media_id"))[1] == "image" and bool(content.get("title"))
            case "msgmenu":
                entries = content.get("list", [])
                return 0 < len(entries) <= 10 and all(entry["click"]["content"] for entry in entries)
            case "location":
                return all(isinstance(content.get(word), float) for word in ("latitude", "longitude"))
            case _:
                return False

    def state(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer `service_state/get`."""
        person = self.person(asked)
        return {"service_state": person.state, "servicer_userid": person.servicer}

    def move(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer `service_state/trans`."""
        person, to = self.person(asked), int(asked.get("service_state", -1))
        if to not in MOVES[person.state]:
            raise Refusal(BAD_MOVE)
        person.state, person.servicer = to, str(asked.get("servicer_userid", "")) if to == 3 else ""
        return {"msg_code": self.code(str(asked["external_userid"]), WINDOW)} if to > 1 else {}

    def customers(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer `customer/batchget`."""
        users = asked.get("external_userid_list", [])
        known = [
            {"external_userid": user, "nickname": self.nicknames.get(user, f"微信用户 {user}"),
             "avatar": "http://wx.qlogo.cn/1", "gender": 0, "unionid": f"union-{user}"}
            for user in users if user in self.people
        ]  # fmt: skip
        return {"customer_list": known, "invalid_external_userid": [user for user in users if user not in self.people]}

    def accounts(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer `account/list`."""
        return {"account_list": [{"open_kfid": self.open_kfid, "name": "水务客服", "avatar": ""}]}

    def link(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer `add_contact_way`."""
        self.account(asked)
        return {"url": f"https://work.weixin.qq.com/kfid/{self.open_kfid}?enc_scene={asked.get('scene', '')}"}

    def keep(self, name: str, data: bytes) -> str:
        """Keep a file, and return its id."""
        id = secrets.token_urlsafe(32)
        self._files[id] = (self.clock.now(), name, data)
        return id

    def file(self, id: Any) -> tuple[datetime, str, bytes]:
        """Return a file: since when, name or kind, content."""
        found = self._files.get(str(id))
        if found is None or self.clock.now() - found[0] > FILE_LIFE:
            raise Refusal(BAD_FILE)
        return found

    def account(self, asked: dict[str, Any]) -> None:
        """Refuse what is for another account."""
        if asked.get("open_kfid") != self.open_kfid:
            raise Refusal(NO_ACCOUNT)

    def person(self, asked: dict[str, Any]) -> Person:
        """Return the customer a call is about."""
        self.account(asked)
        return self.people[str(asked.get("external_userid", ""))]

    def code(self, user: str, life: timedelta) -> str:
        """Return a code for one message after an event."""
        code = secrets.token_urlsafe(16)
        self._codes[code] = Code(user=user, until=self.clock.now() + life)
        return code
