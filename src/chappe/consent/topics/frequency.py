"""How often one person wants to hear of a brand, at most; the gate holds every plan to it."""

from enum import StrEnum
from typing import Final

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.kit.errors import Problem

SQL = load_statements("chappe.consent.topics")

OFFERED: Final = (1, 2, 4)
"""Marketing messages in any 7 days, as the preference page offers them."""
MOST: Final = 7


class SetBy(StrEnum):
    """Who said it: the person on their own page, somebody of the workspace for them, or a program."""

    PERSON = "preferences"
    STAFF = "staff"
    API = "api"


class WrongFrequency(Problem):
    """No number of messages a week that a person can be held to."""

    code = "wrong_frequency"
    status = 422
    title = "This is no frequency"


async def wanted(conn: Connection, workspace_id: int, contact_id: int) -> int | None:
    """Messages in any 7 days; None: as many as there are."""
    n: int | None = await conn.fetchval(SQL.per_week, workspace_id, contact_id)
    return n


async def want(conn: Connection, workspace_id: int, contact_id: int, per_week: int | None, by: SetBy) -> bool:
    """From the next plan on; whether it changed. What is planned already stays. Raises WrongFrequency."""
    if per_week is not None and not 1 <= per_week <= MOST:
        raise WrongFrequency(f"Give 1 to {MOST} messages a week, or null for no limit.", field="per_week")
    if per_week is None:
        return await conn.fetchval(SQL.no_per_week, workspace_id, contact_id) is not None
    changed = await conn.fetchval(SQL.set_per_week, workspace_id, contact_id, per_week, by.value)
    return changed is not None


async def people(conn: Connection, workspace_id: int) -> int:
    """How many said how often they want to hear."""
    n: int = await conn.fetchval(SQL.people_with_frequency, workspace_id)
    return n
