"""One routing step: people and those who wait, as rows, put on a board; its pairs come back as writes.

desks, heads of lines --> Board (the one the simulator runs) --> pairs --> who gets one is counted again
      --> offers or assignments, decision records, desks: one commit at the versions read
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from accounts.teams import TEAMS, Team
from conversations.change import Change
from conversations.model import Conversation
from conversations.moves import give_to, offer_to
from hub.events import Events
from hub.store.port import Store, Write, put
from routing.board import Board, Ended, Pair, Turn
from routing.candidates import candidates
from routing.decisions import decided
from routing.expiry import OFFER_OVER, OfferOver
from routing.heads import Head, Heads
from routing.lines import item_of
from routing.model import DESKS, Desk, Outcome
from routing.places import taken
from routing.serving import open_kinds, settled, worker_of
from routing.terms import Terms
from routing.wanted import wanted

STEP = 20
"""Pairs made, and people looked at, in one commit at most; more follow in the next job."""

OFFER_FOR = timedelta(seconds=30)
"""How long an offer stands in a queue without a team."""


class Step:
    """One step at work: `seat` people, then take `pairs`.

    `given` names the conversations that found somebody, `left` is the first that can be paired too and was too many
    for one commit, `ended` are those whose queue keeps them no longer. `terms` are what is in force, read once for the
    whole step. It makes at most `most` pairs.
    """

    def __init__(self, store: Store, events: Events, terms: Terms, at: datetime, most: int = STEP) -> None:
        self.given: set[str] = set()
        self.left: Conversation | None = None
        self.ended: list[Ended] = []
        self.heads = Heads(store, terms, at)
        self._store = store
        self._events = events
        self.terms = terms
        self._at = at
        self._most = most
        self._read: dict[str, Desk] = {}
        self._now: dict[str, Desk] = {}
        self._counted: set[str] = set()
        self._teams: dict[str, Team] = {}

    @property
    def desks(self) -> Sequence[Desk]:
        """The people of this step, as they are now."""
        return list(self._now.values())

    def seat(self, desks: Iterable[Desk]) -> None:
        """Take these people in, with what their rows say they hold."""
        for desk in desks:
            self._read.setdefault(desk.id, desk)
            self._now.setdefault(desk.id, desk)

    async def count(self, agent: str) -> bool:
        """Count what somebody holds; says whether their row was right."""
        return agent in self._counted or self.counted(agent, await taken(self._store, agent))

    def counted(self, agent: str, held: Mapping[str, int]) -> bool:
        """Take over what somebody was counted to hold; says whether their row was right."""
        self._counted.add(agent)
        read = self._now[agent]
        self._now[agent] = settled(read, self.terms.rules, held=held, at=self._at)
        return self._now[agent].held == read.held

    async def pairs(self, asked: Sequence[Head] = ()) -> Sequence[Write]:
        """Return the writes of every pair, and of every desk that changed; `asked` are considered in any case."""
        heads = await self._heads(asked)
        await self._know_teams(heads)
        turn = await self._agreed(heads)
        self.ended = turn.ended
        by_id = {head.conversation.id: head for head in heads}
        self.left = next((by_id[pair.item.id].conversation for pair in turn.pairs[self._most :]), None)
        writes: list[Write] = []
        for pair in turn.pairs[: self._most]:
            writes.extend(self._give(by_id[pair.item.id], pair))
        return [*writes, *self._desks()]

    async def _heads(self, asked: Sequence[Head]) -> list[Head]:
        places = min(self._most, sum(max(1, desk.capacity - desk.load) for desk in self._now.values() if desk.open))
        found = await self.heads.of([desk for desk in self._now.values() if desk.open], places) if places else []
        heads = list({head.conversation.id: head for head in (*found, *asked)}.values())
        keepers = {head.conversation.kept_for for head in heads} - set(self._now)
        self.seat(await self._store.get_many(DESKS, sorted(keeper for keeper in keepers if keeper)))
        return heads

    async def _agreed(self, heads: Sequence[Head]) -> Turn:
        """Pair them; whoever gets something is counted first, and when their row was wrong all is paired again."""
        while True:
            turn = self._tick(heads)
            right = [
                await self.count(agent) for agent in dict.fromkeys(pair.agent for pair in turn.pairs[: self._most])
            ]
            if all(right):
                return turn

    def _tick(self, heads: Sequence[Head]) -> Turn:
        queues = {head.line.board: self.terms.waited_in(head.line) for head in heads}
        board, now = Board(self.terms.rules, queues), self._at.timestamp()
        for desk in self._now.values():
            board.seat(worker_of(desk), now)
        for head in heads:
            board.join(item_of(head.conversation, head.line), now)
        return board.tick(now)

    def _give(self, head: Head, pair: Pair) -> Sequence[Write]:
        read, desk = head.conversation, self._now[pair.agent]
        team = self._teams.get(read.team or "")
        considered = candidates(pair.item, pair.agent, self._now.values(), self.terms.rules, self._at)
        change = head.change or Change(read)
        if team is not None and team.auto_accept:
            change.now = give_to(read, desk.id, at=self._at)
            outcome = Outcome.ASSIGNED
        else:
            until = self._at + (timedelta(seconds=team.offer_seconds) if team else OFFER_FOR)
            change.now = offer_to(read, desk.id, until=until, at=self._at)
            over = OfferOver(conversation=read.id, agent=desk.id, until=until)
            change.also(OFFER_OVER.job(over, lane=f"offer:{read.id}", seq=0, at=self._at, due=until))
            outcome = Outcome.OFFERED
        change.also(decided(read, outcome, at=self._at, agent=desk.id, candidates=considered, ring=pair.ring))
        self.given.add(read.id)
        held = {**desk.held, pair.item.needs.kind: desk.held.get(pair.item.needs.kind, 0) + 1}
        self._now[desk.id] = settled(desk, self.terms.rules, held=held, at=self._at, took=True)
        return change.writes(self._events, self._at)

    def _desks(self) -> list[Write]:
        """Return what changed of desks; who has a place they had not is looked at once more when that is stored."""
        writes: list[Write] = []
        for id, read in self._read.items():
            now = self._now[id]
            if _differs(read, now):
                writes.append(put(DESKS, read, now))
                if not self._kinds(now) <= self._kinds(read):
                    writes.append(wanted(id, now.teams, at=self._at))
        return writes

    def _kinds(self, desk: Desk) -> set[str]:
        return set(open_kinds(desk, self.terms.rules, desk.held)) if desk.open else set()

    async def _know_teams(self, heads: Sequence[Head]) -> None:
        wanted = sorted({head.conversation.team or "" for head in heads} - {""})
        self._teams = {team.id: team for team in await self._store.get_many(TEAMS, wanted)} if wanted else {}


def bounded(attempts: int) -> int:
    """Return how many pairs a step makes that lost so many rounds of races: what it writes halves with each.

    A commit of twenty pairs loses when one of forty rows has changed; a commit of one pair hardly ever does.
    """
    return max(1, STEP >> attempts)


def _differs(read: Desk, now: Desk) -> bool:
    return _routed(read) != _routed(now)


def _routed(desk: Desk) -> tuple[Mapping[str, int], bool, tuple[str, ...], tuple[float, ...], datetime]:
    return desk.held, desk.open, desk.serves, (desk.turn, desk.part, desk.idle), desk.idle_since
