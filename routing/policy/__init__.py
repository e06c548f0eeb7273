"""Who suits whom, who comes first, and when a queue gives up waiting. Pure: no clock, no store.

Times are seconds on one clock, as floats (the hub's: since the epoch; the simulator's: since it began): a router
subtracts a hundred thousand of them a second.
"""
