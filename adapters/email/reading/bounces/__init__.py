"""Mail that tells what became of a mail of ours: reports in the standard's form, and the half that are not."""

from adapters.email.reading.bounces.find import read

__all__ = ["read"]
