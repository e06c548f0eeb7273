"""Channels: each folder translates between one provider and the hub."""
