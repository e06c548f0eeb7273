"""Simulates one order and ends: `python -m server.simulations.process`, started by `working.py` and nobody else.

in   F  the order, as JSON
out  P  how many runs are over      R  the outcome      X  why not, as JSON
"""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from statistics import fmean

import msgspec
from msgspec import structs

from bots.serving import child, frames
from hub.errors import HubError, Invalid
from routing.simulation.comparison import compare
from routing.simulation.reading import read
from routing.simulation.report import Result
from server.simulations.rows import Failing, Order, QueueLine, SimulationOutcome

MEMORY = 3 << 30
CPU = 900
Send = Callable[[bytes, object], None]


def work(order: Order, send: Send) -> None:
    """Run it, tell how far it is, and send what came of it."""
    ran = count(1)
    try:
        scenario = order.scenario if order.scenario is not None else read(order.text)
        scenario = structs.replace(scenario, policies=order.policies, batch=False)
        comparison = compare(scenario, seeds=order.seeds, tell=lambda line: send(b"P", next(ran)))
        queues = by_queue(comparison.results)
        send(b"R", SimulationOutcome(scenario=comparison.scenario, lines=comparison.lines, queues=queues))
    except Invalid as error:
        send(b"X", Failing(message=error.message, field=error.path))
    except HubError as error:
        send(b"X", Failing(message=error.message))
    except (MemoryError, RecursionError):
        send(b"X", Failing(message="The simulation needs more memory than it gets"))


def by_queue(results: Sequence[Result]) -> tuple[QueueLine, ...]:
    """Return the means of each policy in each queue, over the days in which somebody came there."""
    found = []
    for policy in dict.fromkeys(result.policy for result in results):
        days = [result.queues for result in results if result.policy == policy]
        for queue in sorted({name for day in days for name in day}):
            waits = [day[queue] for day in days if queue in day]
            means = {
                name: fmean(float(getattr(one, name)) for one in waits)
                for name in ("customers", "mean_wait", "p95_wait", "miss", "abandoned")
            }
            found.append(QueueLine(policy=policy, queue=queue, **means))
    return tuple(found)


def main() -> None:
    """Do one order."""
    source, target = child.own_pipes()
    child.step_back(memory=MEMORY, seconds=CPU)
    with os.fdopen(source, "rb") as heard, os.fdopen(target, "wb") as out:
        frame = frames.read(heard)
        if frame is None or frame[0] != b"F":
            sys.exit(2)
        order = msgspec.json.decode(frame[1], type=Order)
        with suppress(BrokenPipeError):
            work(order, lambda letter, told: frames.write(out, letter, msgspec.json.encode(told)))


if __name__ == "__main__":
    main()
