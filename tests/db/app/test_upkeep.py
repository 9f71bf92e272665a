"""What the web role forgets."""

from chappe.app.upkeep import sweep
from chappe.db.pool import Database
from chappe.kit.clock import SystemClock


async def test_what_is_past_its_time_is_forgotten(database: Database) -> None:
    await database.engine.execute(
        """
        insert into workspace (name) values ('w');
        insert into idempotency (workspace_id, key, fingerprint, status, response, created_at)
        select id, 'old', '', 201, '', now() - interval '25 hours' from workspace;
        insert into idempotency (workspace_id, key, fingerprint, status, response)
        select id, 'young', '', 201, '' from workspace;
        insert into login_failure (subject, at) values ('old', now() - interval '1 day'), ('young', now());
        """
    )
    assert await sweep(database, SystemClock())
    assert not await sweep(database, SystemClock())
    assert await database.engine.fetchval("select array_agg(key) from idempotency") == ["young"]
    assert await database.engine.fetchval("select array_agg(subject) from login_failure") == ["young"]
