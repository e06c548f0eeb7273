"""Takes deliveries of a message centre in: each is durable before it is answered, whole or as a piece that waits.

deliver_sm --> receipt ----------------------------------> accept
          \\-> whole message --> remembered --> accept       } then answered with 0
          \\-> piece --> remembered --> (all there?) accept
          \\-> cannot be stored: answered with "temporary", so the centre sends it again
"""

import asyncio
import secrets
from datetime import datetime

import msgspec
import structlog
from msgspec import structs

from adapters.contract import Accept
from adapters.setup import Setup
from adapters.smpp import events, held, pdu, pieces
from adapters.smpp.held import Group, Held, Seen
from adapters.smpp.pdu import Delivered
from hub.errors import Malformed

log = structlog.get_logger(__name__)
MARK = "smpp.inward"
OK, TEMPORARY, PERMANENT = 0x00, 0x64, 0x65
SWEEP = 15.0


class Inward:
    """What arrives for one inbox. One delivery at a time."""

    def __init__(self, setup: Setup, inbox: events.Inbox, accept: Accept) -> None:
        self._setup = setup
        self._inbox = inbox
        self._accept = accept
        self._held: Held | None = None
        self._one = asyncio.Lock()
        self._session = ""

    def bound(self) -> None:
        """Begin another session: what comes twice from now on may be a repeat of the one before."""
        self._session = secrets.token_hex(6)

    async def take(self, octets: bytes) -> int:
        """Take one deliver_sm and return the status to answer with."""
        async with self._one:
            try:
                message = pdu.read(octets)
            except Malformed as error:
                log.warning("smpp_malformed", inbox=self._inbox.id, why=str(error))
                return PERMANENT
            try:
                await self._in(message, octets, self._setup.clock.now())
            except Exception:
                log.exception("smpp_not_stored", inbox=self._inbox.id)
                return TEMPORARY
            return OK

    async def sweep(self) -> None:
        """Hand in, now and then, long messages whose other pieces do not come; for ever."""
        while True:
            async with self._one:
                try:
                    for group in (await self._memory()).overdue(self._setup.clock.now()):
                        await self._finish(group)
                except Exception:
                    log.exception("smpp_sweep_failed", inbox=self._inbox.id)
            await self._setup.clock.sleep(SWEEP)

    async def _in(self, message: Delivered, octets: bytes, at: datetime) -> None:
        if events.is_receipt(message):
            await self._accept(events.receipt(self._inbox, message, at=at, raw=octets))
            return
        memory = await self._memory()
        proof = held.proof_of(octets)
        known = memory.repeat_of(proof, self._session, at)
        place = pieces.place(message)
        if place is None:
            key = known.key if known else f"{proof}:{secrets.token_hex(6)}"
            await self._whole(message, octets, Seen(proof=proof, key=key, session=self._session, at=at))
            return
        name = held.group_name(message, place)
        group = memory.group(name)
        if known and (group is None or group.key != known.key):
            return  # its long message was handed in, and only our answer was lost
        if group and group.has(place.number, octets):
            await self._finish(group)
            group = None
        group = group or Group(name=name, key=f"{proof}:{secrets.token_hex(6)}", total=place.total, at=at)
        seen = Seen(proof=proof, key=group.key, session=self._session, at=at)
        await self._piece(held.add(group, place.number, octets), seen)

    async def _whole(self, message: Delivered, octets: bytes, seen: Seen) -> None:
        await self._remember((await self._memory()).with_seen(seen))
        try:
            await self._accept([events.said(self._inbox, [message], key=seen.key, at=seen.at, raw=octets)])
        except Exception:
            # It comes again, in this session perhaps, and must get the same key: it may be stored after all.
            self._held = (await self._memory()).with_seen(structs.replace(seen, session=""))
            raise

    async def _piece(self, group: Group, seen: Seen) -> None:
        await self._remember((await self._memory()).with_seen(seen).with_group(group))
        if group.whole:
            await self._finish(group)

    async def _finish(self, group: Group) -> None:
        """Hand a long message in, with what there is of it; forgotten only when it is durable."""
        octets = group.octets()
        found = [pdu.read(one) if one else None for one in octets]
        raw = b"".join(one for one in octets if one)
        await self._accept([events.said(self._inbox, found, key=group.key, at=group.at, raw=raw)])
        await self._remember((await self._memory()).without(group))

    async def _memory(self) -> Held:
        if self._held is None:
            kept = await self._setup.lent_marks.get(MARK)
            self._held = msgspec.json.decode(kept, type=Held) if kept else Held()
        return self._held

    async def _remember(self, memory: Held) -> None:
        await self._setup.lent_marks.set(MARK, msgspec.json.encode(memory).decode())
        self._held = memory
