"""One's own preferences and password."""

from datetime import timedelta
from typing import Annotated

from msgspec import Meta, Struct

from accounts.users import NewPassword, Preferences
from hub.errors import Forbidden
from server.api.accounts.shown import Me, act_of, browser, let_in
from server.api.contract import Call, Gate, Rate, Routes

routes = Routes("me")


class PasswordChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The password one has and the one one wants."""

    old: Annotated[str, Meta(max_length=256)]
    new: NewPassword

    def __repr__(self) -> str:
        """Say nothing."""
        return "PasswordChange()"


@routes.get("/me/preferences", permission=Gate.LOGGED_IN)
async def get_preferences(call: Call) -> Preferences:
    """Tell how the inbox behaves for one."""
    return (await call.hub.accounts.staff.get(call.actor.user)).preferences


@routes.put("/me/preferences", permission=Gate.LOGGED_IN)
async def put_preferences(call: Call, body: Preferences) -> Preferences:
    """Say how the inbox behaves for one; what is left out goes back to its default."""
    return (await call.hub.accounts.staff.prefer(call.actor.user, body)).preferences


@routes.put("/me/password", permission=Gate.LOGGED_IN, rate=Rate(times=10, per=timedelta(minutes=1)))
async def change_password(call: Call, body: PasswordChange) -> Me:
    """Change one's password: every other session ends, this one goes on under a new cookie and CSRF token."""
    if call.actor.session is None:
        raise Forbidden("A token cannot change a password", hint="Log in with a browser.")
    logins = call.hub.accounts.logins
    entered = await logins.change_password(act_of(call), body.old, body.new, agent=browser(call))
    return await let_in(call, entered)
