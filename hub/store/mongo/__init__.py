"""The scale-out engine: MongoDB replica sets and sharded clusters."""

from hub.store.mongo.store import MongoStore

__all__ = ["MongoStore"]
