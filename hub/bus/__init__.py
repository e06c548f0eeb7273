"""Hints between processes: publish and subscribe, at most once, never the only copy of anything."""

from hub.bus.local import LocalBus
from hub.bus.port import LOST, Bus
from hub.bus.redis import RedisBus

__all__ = ["LOST", "Bus", "LocalBus", "RedisBus"]
