"""What Twilio posts: a form whose names may repeat and whose values may be blank, or flat JSON. Pure."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

import msgspec

from adapters.contract import Request
from hub.errors import Malformed

Fields = Mapping[str, str]
Pairs = Sequence[tuple[str, str]]
MOST = 1000


def pairs(request: Request) -> Pairs:
    """Return what was posted as names and values, blanks kept; a GET posts nothing. Raises `Malformed`."""
    if request.method == "GET" or is_json(request):
        return ()
    return _read(request.body)


def fields(request: Request) -> Fields:
    """Return the event, by name; of a name given twice the last. Raises `Malformed`."""
    if request.method == "GET":
        return dict(_read(urlsplit(request.url).query.encode()))
    if not is_json(request):
        return dict(_read(request.body))
    try:
        return msgspec.json.decode(request.body, type=dict[str, str])
    except ValueError as error:
        raise Malformed("Not an event of Twilio", reason=str(error)) from error


def is_json(request: Request) -> bool:
    """Say whether the body is no form."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


@lru_cache(maxsize=16)
def _read(body: bytes) -> Pairs:
    """Read a form; remembered, for the proof, the account and the event are each read from the same bytes."""
    try:
        return tuple(
            parse_qsl(
                body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST, strict_parsing=bool(body)
            )
        )
    except ValueError as error:
        raise Malformed("Not a form of Twilio", reason=type(error).__name__) from error
