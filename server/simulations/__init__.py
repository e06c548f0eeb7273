"""Routing tried before it routes anybody: orders, their bounds, the process that simulates, and what came of each.

waiting --a job takes it up--> running (a process of its own) --> done | failed
   +-------------- somebody stops it -----------------------> stopped
"""
