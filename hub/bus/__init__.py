"""Hints between processes: publish and subscribe, at most once, never the only copy of anything.

The bus over Redis stands in `hub.bus.redis`: its driver takes a while to load, and one machine does without.
"""

from hub.bus.local import LocalBus
from hub.bus.port import LOST, Bus

__all__ = ["LOST", "Bus", "LocalBus"]
