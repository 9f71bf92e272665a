"""A link whose owner was stopped in the middle of a transaction: its locks must end with its lease."""

import asyncio
from uuid import uuid4

import pytest

from chappe.carriers import service as carriers
from chappe.carriers.settings import SmppSettings
from chappe.db.errors import ServerGone
from chappe.db.instance import ensure_instance
from chappe.engine.connection import Joins, PinnedConnection
from chappe.engine.owner import this_owner
from chappe.engine.pg_store import PgStore


async def test_the_next_owner_ends_what_the_former_one_holds(database, keys, tmp_path) -> None:
    instance = uuid4()
    former, following = this_owner(instance, tmp_path / "one"), this_owner(instance, tmp_path / "two")
    async with database.engine_transaction() as conn:
        await ensure_instance(conn, keys)
        workspace = await conn.fetchval("insert into workspace (name) values ('w') returning id")
        settings = SmppSettings(host="127.0.0.1", port=1, system_id="x")
        carrier = await carriers.create_carrier(
            conn, keys, workspace, name="a", settings=settings, password="p"
        )
    number = carrier.number
    one = PgStore(database, sessions=former.sessions)
    two = PgStore(database, sessions=following.sessions)
    stopped = PinnedConnection(database, Joins.ANY, former.sessions)
    try:
        assert await one.lease_link(number, workspace, former.name) is not None
        with pytest.raises(ServerGone):
            async with stopped.use() as conn, conn.transaction():
                # While the lease runs, nothing of its owner is touched.
                assert await two.lease_link(number, workspace, following.name) is None
                await database.engine.execute("update link set lease_until = now() - interval '1 second'")
                await conn.execute("select 1 from link where carrier_number = $1 for share", number)
                async with asyncio.timeout(30):
                    grant = await two.lease_link(number, workspace, following.name)
                assert grant is not None
                assert grant.before == former.name
                await conn.execute("select 1")
    finally:
        for opened in (one, two, stopped):
            await opened.close()
