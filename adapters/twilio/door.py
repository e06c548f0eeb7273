"""The HTTP client that Twilio's library is given: the hub's one door, bounded in time and size.

Its own asynchronous client opens a session of its own, past the hub's guard against private networks, and waits
without end (twilio 9.13).
"""

import asyncio
from collections.abc import Mapping

import msgspec
from aiohttp import ClientConnectorError, ClientError, ClientSession, ConnectionTimeoutError, InvalidURL
from msgspec import Struct
from twilio.http.response import Response
from yarl import URL

from adapters.http import LARGEST, Answer, expect_success
from adapters.twilio.basic import basic
from hub.clock import Clock
from hub.errors import ChannelBroken, OptedOut, OutcomeUnknown, Refused, TryLater

PATIENCE = 20.0
WHO = "Twilio"


class Fault(Struct, frozen=True, kw_only=True):
    """What Twilio's API says when it refuses."""

    code: int = 0
    message: str = ""


class Door:
    """What `twilio.rest.Client` asks of an HTTP client."""

    is_async = True

    def __init__(self, http: ClientSession, clock: Clock) -> None:
        self._http = http
        self._clock = clock

    async def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # the library's signature
        allow_redirects: bool = False,
    ) -> Response:
        """Call once. Raises what the answer asks for, so that the library only ever sees success."""
        proof = {"Authorization": basic(*auth)} if auth else {}
        address = URL(url).update_query({name: value for name, value in (params or {}).items() if value is not None})
        try:
            async with (
                asyncio.timeout(timeout or PATIENCE),
                self._http.request(
                    method, address, data=_form(data), headers={**(headers or {}), **proof},
                    allow_redirects=allow_redirects,
                ) as response,
            ):  # fmt: skip
                known = {name.lower(): value for name, value in response.headers.items()}
                answer = Answer(status=response.status, headers=known, body=await response.content.read(LARGEST))
        except InvalidURL as error:
            raise ChannelBroken("That is no address to send to", hint="Look at `api_url`.") from error
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            raise TryLater("Twilio cannot be reached", hint="Look at `api_url`.") from error
        except (TimeoutError, ClientError) as error:
            raise OutcomeUnknown("The message left and no answer came", hint="Twilio's log may know.") from error
        judge(answer, self._clock)
        return Response(answer.status, answer.body.decode("utf-8", "replace"), known)


def judge(answer: Answer, clock: Clock) -> None:
    """Return quietly for success; else raise what Twilio's code asks for, or its status when it gave none we know.

    https://www.twilio.com/docs/api/errors: 21610 is a person who said STOP, 20429 and 30001 pass, 30002 is an account
    that was suspended, every other 21xxx is final.
    """
    fault = _fault(answer.body) if answer.status >= 400 else Fault()
    match fault.code:
        case 21610:
            raise OptedOut("The customer has said STOP to this number", reason=fault.code)
        case 20003 | 20005 | 20403 | 30002:
            raise ChannelBroken("Twilio lets this account send nothing", reason=fault.code, hint="Renew `auth_token`.")
        case 20429 | 30001:
            at_least = Answer(status=429, headers=answer.headers, body=b"")
            expect_success(at_least, at=clock.now(), who=WHO, setting="auth_token")
        case 21606 | 21603 | 21703:
            raise ChannelBroken(
                "The sender cannot send this", reason=fault.code, hint="Look at `from_number` or the service."
            )
        case code if 21000 <= code < 22000:
            raise Refused("Twilio refused the message", reason=code, hint=fault.message[:200])
        case _:
            expect_success(answer, at=clock.now(), who=WHO, setting="auth_token")


def _fault(body: bytes) -> Fault:
    try:
        return msgspec.json.decode(body, type=Fault, strict=False)
    except ValueError:
        return Fault()


def _form(data: Mapping[str, object] | None) -> list[tuple[str, str]] | None:
    """Return the form's fields; a list is its name several times (MediaUrl)."""
    if not data:
        return None
    several = ((name, value if isinstance(value, list) else [value]) for name, value in data.items())
    return [(name, str(one)) for name, values in several for one in values]
