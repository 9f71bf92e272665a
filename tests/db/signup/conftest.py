"""Fixtures of tests on imports."""

import pytest
from tests.db.signup.importing import Imports

from chappe.contacts import service as contacts
from chappe.db.pool import Database
from chappe.kit.clock import FakeClock


@pytest.fixture
async def imports(database: Database, clock: FakeClock) -> Imports:
    here = await database.engine.fetchval("insert into workspace (name) values ('ACME') returning id")
    async with database.transaction(here) as conn:
        made = await contacts.create_list(conn, here, "Clients")
    return Imports(database, clock, here, made.id)
