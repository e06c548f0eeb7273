"""`yizhan user add`: an account made at the machine, written into the audit record as the console's act."""

import typer

from accounts.actor import CONSOLE, Act
from accounts.permissions import Role
from accounts.users import NewUser
from config.settings import Settings
from hub.errors import Invalid
from server.bootstrap import opened


async def add(settings: Settings, *, email: str, name: str, role: str, password: str) -> None:
    """Make the account; raises `Invalid` for what cannot be one."""
    try:
        known = Role(role)
    except ValueError as error:
        raise Invalid("There is no such role", path="$.role", known=", ".join(Role)) from error
    async with opened(settings) as hub:
        act = Act(actor=CONSOLE, at=hub.clock.now(), request="console")
        made = await hub.accounts.staff.create(act, NewUser(name=name, email=email, role=known, password=password))
    typer.echo(f"{made.email} ({made.role}) can log in")
