"""A message centre in a process of its own, by smpp34 (Rust): python -m tests.adapters.texting.smsc PORT PREFIX

Says what happens as JSON lines, and does what JSON lines ask for: `deliver`, `reject`.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from typing import Any

from smpp34 import Esme, Server, SubmitSmEvent, Tlv

RECEIPT = "id:{id} sub:001 dlvrd:001 submit date:2611200800 done date:2611200801 stat:DELIVRD err:000 text:"


class Centre:
    """One server and whoever is bound to it."""

    def __init__(self, port: int, prefix: str) -> None:
        self.server = Server("127.0.0.1", port, system_id="smpp34")
        self.ids = (f"{prefix}{number:06d}" for number in itertools.count(1))
        self.bound: dict[str, Esme] = {}
        self.reject: list[int] = []
        self.tasks: set[asyncio.Task[Any]] = set()

    async def run(self) -> None:
        """Serve until standard input ends."""
        await self.server.start()
        say(ready=True)
        serving = asyncio.create_task(self.serve())
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            asked = json.loads(line)
            if "reject" in asked:
                self.reject += asked["reject"]
            else:
                self.later(self.deliver(asked))
        serving.cancel()

    async def serve(self) -> None:
        """Say who binds, and answer what is submitted."""
        while True:
            match await self.server.next():
                case Esme() as one:
                    if one.can_receive:
                        self.bound[one.session_id] = one
                    say(bound=one.system_id, receives=one.can_receive)
                case SubmitSmEvent() as asked:
                    self.submitted(asked)
                case gone:
                    self.bound.pop(gone.session_id, None)
                    say(unbound=True)

    def submitted(self, asked: SubmitSmEvent) -> None:
        """Take a message or refuse it, and report on it when that was asked for."""
        if self.reject:
            asked.reject(self.reject.pop(0))
            return
        id = next(self.ids)
        asked.accept(id)
        say(submitted=id, source=asked.source_addr, to=asked.destination_addr, esm=asked.esm_class,
            coding=asked.data_coding, octets=asked.short_message.hex(), wants=asked.registered_delivery)  # fmt: skip
        if asked.registered_delivery & 1:
            text = RECEIPT.format(id=id).encode().hex()
            self.later(self.deliver({"source": asked.destination_addr, "octets": text, "esm": 4}))

    async def deliver(self, asked: dict[str, Any]) -> None:
        """Deliver to whoever receives, and say how they answered."""
        esme = next(iter(self.bound.values()))
        answer = await esme.deliver_sm(
            "10690007", bytes.fromhex(asked["octets"]), source_addr=asked["source"], source_addr_ton=1,
            source_addr_npi=1, data_coding=asked.get("coding", 0), esm_class=asked.get("esm", 0),
            tlvs=[Tlv(tag, bytes.fromhex(value)) for tag, value in asked.get("tlvs", [])],
        )  # fmt: skip
        say(answered=answer.command_status)

    def later(self, work: Any) -> None:
        """Do something besides."""
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


def say(**told: object) -> None:
    """Write one line."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(Centre(int(sys.argv[1]), sys.argv[2]).run())
