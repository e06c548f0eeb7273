"""The three formulas of Erlang for one queue and people who are all alike. Pure: numbers in, numbers out.

`people` serve at `rate` each; customers come at random `arrivals` a unit of time. Times are in that unit. The formulas
are exact for exponential times; the simulator is held against them (`tests/routing/simulation`).
"""

from msgspec import Struct

from hub.errors import Invalid

NOTHING = 1e-15
"""Probabilities below this no longer count."""


class Waiting(Struct, frozen=True, kw_only=True):
    """What a customer may expect: that they wait at all, that they leave, how long they wait on average, left or not.

    `queue` is how many wait on average, `occupancy` which part of the time people are busy.
    """

    wait: float
    abandon: float = 0.0
    mean_wait: float
    queue: float
    occupancy: float


def blocked(people: int, load: float) -> float:
    """Return Erlang B: which part finds everybody busy where nobody may wait; `load` is arrivals over rate."""
    _check(people, load)
    part = 1.0
    for number in range(1, people + 1):
        part = load * part / (number + load * part)
    return part


def delayed(people: int, arrivals: float, rate: float) -> Waiting:
    """Return Erlang C: nobody leaves. Raises `Invalid` when more comes than can be served, for the queue never ends."""
    load = arrivals / rate
    _check(people, load)
    if load >= people:
        raise Invalid("More comes than these people can serve", people=people, load=load, hint="Add `people`.")
    part = blocked(people, load)
    wait = people * part / (people - load * (1 - part))
    mean = wait / (people * rate - arrivals)
    return Waiting(wait=wait, mean_wait=mean, queue=arrivals * mean, occupancy=load / people)


def impatient(people: int, arrivals: float, rate: float, leaving: float) -> Waiting:
    """Return Erlang A: who waits leaves at the rate `leaving`, one over the mean patience. Any load will do.

    A birth and death chain, summed until what is left no longer counts.
    """
    _check(people, arrivals / rate)
    if leaving <= 0:
        return delayed(people, arrivals, rate)
    weights = _chain(people, arrivals, rate, leaving)
    whole = sum(weights)
    queue = sum((number - people) * weight for number, weight in enumerate(weights) if number > people) / whole
    busy = sum(min(number, people) * weight for number, weight in enumerate(weights)) / whole
    return Waiting(
        wait=sum(weights[people:]) / whole,
        abandon=leaving * queue / arrivals if arrivals else 0.0,
        mean_wait=queue / arrivals if arrivals else 0.0,
        queue=queue,
        occupancy=busy / people,
    )


def _chain(people: int, arrivals: float, rate: float, leaving: float) -> list[float]:
    """Return the weights of 0, 1, 2... in the system, scaled so that they neither overflow nor vanish."""
    weights, number, highest = [1.0], 0, 1.0
    while True:
        number += 1
        dying = min(number, people) * rate + max(0, number - people) * leaving
        weights.append(weights[-1] * arrivals / dying)
        highest = max(highest, weights[-1])
        if highest > 1e200:
            weights = [weight / highest for weight in weights]
            highest = 1.0
        if number > people and weights[-1] < NOTHING * highest and dying > arrivals:
            return weights


def _check(people: int, load: float) -> None:
    if people < 1 or load < 0:
        raise Invalid("There is at least one person, and no load below nothing", people=people, load=load)
