"""Rows of what workspaces decided about the rules."""

from collections.abc import Sequence
from datetime import datetime

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.rules.choices import Choices, Override
from chappe.rules.pack import Profile

SQL = load_statements("chappe.rules")


async def choices(conn: Connection, workspace_id: int) -> Choices:
    row = await conn.fetchrow(SQL.choices, workspace_id)
    assert row is not None
    pairs = (said.partition(" ") for said in row["acknowledged"])
    return Choices(
        Profile(row["profile"]) if row["profile"] else Profile.CONSERVATIVE,
        frozenset((rule, fingerprint) for rule, _, fingerprint in pairs),
        tuple(zip(row["replaced"], row["replacements"], strict=True)),
    )


async def choose_profile(conn: Connection, workspace_id: int, profile: Profile) -> bool:
    return await conn.fetchval(SQL.choose_profile, workspace_id, profile.value) is not None


async def acknowledge(conn: Connection, workspace_id: int, rule: str, fingerprint: str) -> bool:
    return await conn.fetchval(SQL.acknowledge, workspace_id, rule, fingerprint) is not None


async def override(conn: Connection, workspace_id: int, rule: str, value: str, reason: str) -> None:
    await conn.execute(SQL.override, workspace_id, rule, value, reason)


async def restore(conn: Connection, workspace_id: int, rule: str) -> bool:
    return await conn.fetchval(SQL.restore, workspace_id, rule) is not None


async def overrides(conn: Connection, workspace_id: int) -> Sequence[Override]:
    rows = await conn.fetch(SQL.overrides, workspace_id)
    return [Override(row["rule"], row["reason"], row["made_at"]) for row in rows]


async def acknowledgements(conn: Connection, workspace_id: int) -> dict[tuple[str, str], datetime]:
    """When, by rule and fingerprint."""
    rows = await conn.fetch(SQL.acknowledgements, workspace_id)
    return {(row["rule"], row["fingerprint"]): row["acknowledged_at"] for row in rows}
