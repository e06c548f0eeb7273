"""Providers on this machine: they sign, retry, expire tokens, enforce quotas and fail on request."""
