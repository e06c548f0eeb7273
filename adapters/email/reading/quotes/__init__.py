"""What the person wrote now, and the earlier mail that hung on it: nothing is thrown away, only laid apart."""

from adapters.email.reading.quotes.split import Halves, html, text

__all__ = ["Halves", "html", "text"]
