"""Structured logs: one JSON line an event, coloured lines on a terminal, and nothing that is nobody's business."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog

Event = MutableMapping[str, Any]
HIDDEN = "(hidden)"
PRIVATE = re.compile(
    r"pass(word|wd)?$|secret|token|authori[sz]ation|cookie|csrf|api_?key|hmac|signature|^body$|^text$|^raw$|email|phone"
)
PATTERNS = (
    re.compile(r"\byz_[\w.-]{8,}"),
    re.compile(r"(?i)\bbearer\s+[\w.~+/=-]{8,}"),
    re.compile(r"[\w.+-]{1,64}@[\w-]+\.[\w.-]+"),
    re.compile(r"(?<![\w.:-])(?:\+\d{8,15}|1[3-9]\d{9})(?![\w.:-])"),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
)


def redact(_: Any, __: str, event: Event) -> Event:
    """Hide values by the name of their field, and anything that looks like a secret, an address or a number."""
    for name, value in event.items():
        if name != "event" and PRIVATE.search(name):
            event[name] = HIDDEN
        elif isinstance(value, str):
            event[name] = clean(value)
        elif not isinstance(value, int | float | bool | type(None)):
            event[name] = clean(repr(value))
    return event


def clean(text: str) -> str:
    """Return the text with what looks private hidden, on one line of printable characters."""
    for pattern in PATTERNS:
        text = pattern.sub(HIDDEN, text)
    return text


def configure(how: Literal["auto", "json", "console"], level: str) -> None:
    """Set up structlog, and send the standard library's log lines the same way."""
    console = how == "console" or (how == "auto" and sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    drawn: Any = structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*shared, drawn],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processor=drawn))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
