"""Two years of an imagined company: who wrote when, and the rows the product's own rules make of it. Pure, seeded.

Everything stored is made by the functions that make it in service (`conversations.change`, `moves`, `threads`), so the
rows and their search terms are what the hub would have written.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from msgspec import Struct, structs

from bench.words import sentence
from conversations import moves, threads
from conversations.change import Change
from conversations.inboxes import Inbox
from conversations.model import Author, AuthorKind, Conversation, Direction, Message, Profile, State
from hub.ids import new_id
from hub.model import Address, Status, Text

YEARS = timedelta(days=730)
LONGEST = 5000
TEAMS = 8
AGENTS = 40
OPEN_PART = 30
"""One conversation in so many is still open."""
LABELS = ("投诉", "退款", "物流", "发票", "账号", "安装", "维修", "建议", "vip", "urgent")
BOT = Author(kind=AuthorKind.BOT, id="faq", name="小驿")


class Thread(Struct, kw_only=True):
    """One conversation while its history is told."""

    length: int
    profile: Profile
    agent: Author
    team: str
    now: Conversation | None = None


class History:
    """Tells the messages of all conversations in the order of time; afterwards `conversations` and `profiles`."""

    def __init__(self, inboxes: tuple[Inbox, ...], *, messages: int, conversations: int, ends: datetime) -> None:
        self._random = Random(20261121)
        self._inboxes = inboxes
        self._ends = ends
        self._threads = [self._thread(length) for length in self._lengths(messages, conversations)]

    def messages(self) -> Iterator[Message]:
        """Give every message, as one commit after the other would have stored it."""
        for number, (at, thread) in enumerate(self._moments()):
            yield self._said(thread, at, number)

    def conversations(self) -> Iterator[Conversation]:
        """Give every conversation as it stands in the end; most are closed."""
        for number, thread in enumerate(self._threads):
            if thread.now is not None:
                yield self._ended(thread, thread.now, number)

    def profiles(self) -> Iterator[Profile]:
        """Give every customer."""
        return (thread.profile for thread in self._threads)

    def _lengths(self, messages: int, conversations: int) -> list[int]:
        """Cut the messages into threads of very different lengths: many of a few lines, some of thousands."""
        drawn = [self._random.paretovariate(1.05) for _ in range(conversations)]
        share = messages / sum(drawn)
        lengths = [max(1, min(LONGEST, round(size * share))) for size in drawn]
        missing = messages - sum(lengths)
        for _ in range(abs(missing)):
            lengths[self._random.randrange(conversations)] += 1 if missing > 0 else 0
        return lengths

    def _thread(self, length: int) -> Thread:
        at = self._ends - YEARS * self._random.random()
        user = f"u{self._random.getrandbits(60):015x}"
        address = Address(channel="console", user=user)
        profile = Profile(
            id=new_id(), address=address, channel="console", user=user, name=f"客户{user[1:7]}",
            first_seen=_millis(at), last_seen=_millis(at),
        )  # fmt: skip
        number = self._random.randrange(AGENTS)
        agent = Author(kind=AuthorKind.AGENT, id=f"agent-{number}", name=f"坐席{number}")
        return Thread(length=length, profile=profile, agent=agent, team=f"team-{number % TEAMS}")

    def _moments(self) -> Iterator[tuple[datetime, Thread]]:
        """Give (time, thread) in the order of time: conversations overlap, so their rows lie far apart in the file."""
        keys = list[int]()
        for index, thread in enumerate(self._threads):
            at = thread.profile.first_seen.timestamp()
            for _ in range(thread.length):
                at += self._random.expovariate(1 / 90)
                keys.append(int(at * 1000) << 20 | index)
        keys.sort()
        for key in keys:
            yield datetime.fromtimestamp((key >> 20) / 1000, UTC), self._threads[key & 0xFFFFF]

    def _said(self, thread: Thread, at: datetime, number: int) -> Message:
        change = self._change(thread, at)
        author, direction = self._turn(thread, change.now)
        key = f"{change.now.inbox}:p{number}" if direction is Direction.IN else None
        message = change.add(
            author, (Text(body=sentence(self._random, number)),), direction=direction, at=at,
            status=Status.DELIVERED if direction is Direction.OUT else Status.SENT, key=key,
            provider_id=None if direction is Direction.NOTE else f"p{number}",
            client_id=None if direction is Direction.IN else f"c{number}",
        )  # fmt: skip
        thread.now = structs.replace(change.now, version=change.now.version + 1, changed_at=at)
        return message

    def _change(self, thread: Thread, at: datetime) -> Change:
        if thread.now is None:
            inbox = self._random.choice(self._inboxes)
            return Change(None, threads.start(inbox.id, inbox, thread.profile, subject="", at=at))
        now = thread.now
        if now.seq == 2 and now.state is State.BOT:
            now = moves.to_queue(now, thread.team, at=at)
        if now.seq == 3 and now.state is State.WAITING:
            now = moves.give_to(now, thread.agent.id, at=at)
        return Change(now)

    def _turn(self, thread: Thread, now: Conversation) -> tuple[Author, Direction]:
        customer = Author(kind=AuthorKind.CUSTOMER, id=thread.profile.id, name=thread.profile.name)
        if now.seq == 0 or now.state is State.WAITING:
            return customer, Direction.IN
        if now.state is State.BOT:
            return BOT, Direction.OUT
        drawn = self._random.random()
        if drawn < 0.5:
            return customer, Direction.IN
        return thread.agent, Direction.NOTE if drawn > 0.96 else Direction.OUT

    def _ended(self, thread: Thread, now: Conversation, number: int) -> Conversation:
        at = now.last_at + timedelta(minutes=5)
        if self._random.random() < 0.2:
            now = structs.replace(now, labels=tuple(self._random.sample(LABELS, 2)))
        if self._random.random() < 0.01:
            now = structs.replace(now, followers=(f"agent-{number % AGENTS}",))
        if number % OPEN_PART:
            return moves.close(now, at=at)
        match self._random.randrange(10):
            case 0 | 1:
                return moves.to_queue(now, thread.team, at=now.last_at)
            case 2:
                waiting = moves.to_queue(now, thread.team, at=now.last_at)
                return moves.offer_to(waiting, thread.agent.id, until=at, at=now.last_at)
            case 3:
                return moves.snooze(moves.give_to(now, thread.agent.id, at=at), self._ends + YEARS, at=at)
            case _:
                return now


def _millis(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
