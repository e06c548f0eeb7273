"""The table itself is the promise: a change of it must be made here too, on purpose."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from accounts.actor import CONSOLE, Actor
from accounts.permissions import GRANTS, Permission, Role
from hub.errors import Forbidden

DOCS = Path(__file__).parents[2] / "docs" / "protocols.md"

#                              a l q g d m    administrator, lead, quality, agent, designer, marketer
SNAPSHOT = """
conversations.read             a l q g d .
conversations.all              a . q . . .
conversations.reply            a l . g . .
conversations.takeover         a l . . . .
conversations.supervise        a l . . . .
profiles.read                  a l q g d m
profiles.manage                a l . g . .
users.read                     a l q g d m
users.manage                   a . . . . .
teams.read                     a l q g d m
teams.manage                   a . . . . .
inboxes.read                   a l q g d m
inboxes.manage                 a . . . . .
canned.read                    a l q g d m
canned.manage                  a l . . d m
labels.read                    a l q g d m
labels.manage                  a l . . . m
bots.read                      a l q . d .
bots.manage                    a . . . d .
desk.read                      a l q . . .
desk.manage                    a . . . . .
routing.read                   a l q . . .
routing.manage                 a . . . . .
audit.read                     a . q . . .
operations.manage              a . . . . .
tokens.own                     a l q g d m
"""
LETTERS = {
    Role.ADMINISTRATOR: "a",
    Role.LEAD: "l",
    Role.QUALITY: "q",
    Role.AGENT: "g",
    Role.DESIGNER: "d",
    Role.MARKETER: "m",
}


def test_the_table_is_the_one_that_was_agreed() -> None:
    lines = [
        f"{permission.value:<30} " + " ".join(LETTERS[role] if permission in GRANTS[role] else "." for role in Role)
        for permission in Permission
    ]
    assert [line.split() for line in lines] == [line.split() for line in SNAPSHOT.strip().splitlines()]


def test_every_role_has_a_row() -> None:
    assert set(GRANTS) == set(Role)


def test_every_permission_of_the_protocol_exists() -> None:
    """The last column of the REST table names permissions of ours."""
    known = {permission.value for permission in Permission}
    named: set[str] = set()
    for line in DOCS.read_text(encoding="utf-8").splitlines():
        if re.match(r"\| (GET|POST|PUT|PATCH|DELETE)", line):
            named |= set(re.findall(r"\b[a-z]+\.(?:read|manage|reply|takeover|own)\b", line.rsplit("|", 2)[1]))
    assert len(named) >= 15
    assert named <= known


@pytest.mark.parametrize("permission", list(Permission))
def test_must_is_quiet_or_forbidden(permission: Permission) -> None:
    CONSOLE.must(permission)
    without = Actor(user="u", name="n", role=Role.ADMINISTRATOR, permissions=frozenset(Permission) - {permission})
    assert not without.may(permission)
    with pytest.raises(Forbidden) as refused:
        without.must(permission)
    assert refused.value.facts["permission"] == permission.value
    assert refused.value.hint


def test_who_sees_all() -> None:
    seers = {role for role in Role if Actor(user="u", name="n", role=role, permissions=GRANTS[role]).sees_all}
    assert seers == {Role.ADMINISTRATOR, Role.QUALITY}
