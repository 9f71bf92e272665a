"""A small world for tests of the rooms that send: a workspace with a carrier, senders, lists and contacts."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import pytest

from chappe.db.pool import Database
from chappe.kit.ids import uuid7

FIRST_PHONE = 33600000001


@dataclass(frozen=True, slots=True)
class World:
    """`alphanumeric` and `short_code` are senders of the default route, whose carrier has a price for 33."""

    database: Database
    workspace_id: int
    route_id: UUID
    carrier_number: int
    alphanumeric: UUID
    short_code: UUID

    async def list_of(
        self,
        n: int,
        *,
        first: int = FIRST_PHONE,
        zones: str = "Europe/Paris",
        granted: bool = True,
        attributes: dict[str, object] | None = None,
    ) -> UUID:
        """A list of n new contacts with consecutive numbers."""
        list_id = uuid7()
        async with self.database.engine_transaction() as conn:
            await conn.execute(
                "insert into list (id, workspace_id, name) values ($1, $2, $3)",
                list_id,
                self.workspace_id,
                f"list {list_id}",
            )
            await conn.execute(
                "insert into contact (workspace_id, phone, country, zones, attributes) "
                "select $1, p, 'FR', $4, $5 from generate_series($2::bigint, $3::bigint) as p",
                self.workspace_id,
                first,
                first + n - 1,
                zones,
                attributes or {"first_name": "Anna"},
            )
            await conn.execute(
                "insert into list_member (workspace_id, list_id, contact_id) "
                "select $1, $2, id from contact where workspace_id = $1 and phone between $3 and $4",
                self.workspace_id,
                list_id,
                first,
                first + n - 1,
            )
        if granted:
            await self.grant(range(first, first + n))
        return list_id

    async def grant(self, phones: Sequence[int]) -> None:
        """Consent to marketing for the contacts with these numbers."""
        await self.database.engine.execute(
            "insert into consent (workspace_id, contact_id, purpose, state, basis) "
            "select $1, id, 'marketing', 'granted', 'express' from contact "
            "where workspace_id = $1 and phone = any($2::bigint[])",
            self.workspace_id,
            list(phones),
        )

    async def suppress(self, phone: int, scope: str = "marketing") -> None:
        await self.database.engine.execute(
            "insert into suppression (workspace_id, phone, scope, reason, source) "
            "values ($1, $2, $3, 'stop', 'sms')",
            self.workspace_id,
            phone,
            scope,
        )


@pytest.fixture
async def world(database: Database) -> World:
    """Workspace 1 with what it takes to send. Its brand is a greeting: the shortest text that names it."""
    async with database.engine_transaction() as conn:
        workspace_id = await conn.fetchval("insert into workspace (name) values ('Hello') returning id")
        carrier_id, route_id, alphanumeric, short_code = uuid7(), uuid7(), uuid7(), uuid7()
        number = await conn.fetchval(
            "insert into carrier (id, workspace_id, name, kind, settings) "
            "values ($1, $2, 'Carrier', 'smpp', $3) returning number",
            carrier_id,
            workspace_id,
            {"host": "127.0.0.1", "port": 2775, "system_id": "shop"},
        )
        await conn.execute(
            "insert into carrier_price (workspace_id, carrier_id, prefix, price, currency) "
            "values ($1, $2, '33', 0.04, 'EUR')",
            workspace_id,
            carrier_id,
        )
        await conn.execute(
            "insert into route (id, workspace_id, name, is_default) values ($1, $2, 'default', true)",
            route_id,
            workspace_id,
        )
        await conn.execute(
            "insert into route_carrier (workspace_id, route_id, position, carrier_id) values ($1, $2, 0, $3)",
            workspace_id,
            route_id,
            carrier_id,
        )
        await conn.execute(
            "insert into attribute (workspace_id, name) values ($1, 'first_name'), ($1, 'city')", workspace_id
        )
        for sender_id, address, kind in (
            (alphanumeric, "ACME", "alphanumeric"),
            (short_code, "38200", "short_code"),
        ):
            await conn.execute(
                "insert into sender (id, workspace_id, address, kind) values ($1, $2, $3, $4)",
                sender_id,
                workspace_id,
                address,
                kind,
            )
    return World(database, workspace_id, route_id, number, alphanumeric, short_code)
