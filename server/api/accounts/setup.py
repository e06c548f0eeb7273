"""The first administrator, by the one-time link."""

from datetime import timedelta
from typing import Annotated

from msgspec import Meta, Struct

from accounts.users import Email, Name, NewPassword
from server.api.accounts.shown import Me, browser, let_in
from server.api.contract import Call, Gate, Rate, Routes

routes = Routes("session")


class FirstAdministrator(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The token of the link, and who follows it."""

    token: Annotated[str, Meta(max_length=200)]
    name: Name
    email: Email
    password: NewPassword

    def __repr__(self) -> str:
        """Say nothing."""
        return "FirstAdministrator()"


@routes.post("/setup", permission=Gate.PUBLIC, status=201, rate=Rate(times=20, per=timedelta(minutes=1)))
async def set_up(call: Call, body: FirstAdministrator) -> Me:
    """Make the first administrator and log them in; 403 for a link that is wrong, over or used."""
    accounts = call.hub.accounts
    user = await accounts.setup.finish(
        body.token, name=body.name, email=body.email, password=body.password, at=call.at, ip=call.ip
    )
    entered = await accounts.logins.enter(user.email, body.password, ip=call.ip, agent=browser(call), at=call.at)
    return await let_in(call, entered)
