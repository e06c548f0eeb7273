"""Tomorrow's policy tried on yesterday's traffic: a discrete-event simulator around the very board that routes.

    scenario file or stored rows -> Scenario -> Day (drawn from a seed) -> run(router) -> Result -> Comparison

Times are seconds since the day began. Nothing here knows a clock or a store.
"""
