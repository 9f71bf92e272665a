"""The page of background jobs: what runs, what ended, what failed, and only one's own."""

from typing import Any


async def test_jobs_are_shown_with_their_state_and_where_to_go(browser: Any, server: Any) -> None:
    await browser.log_in()
    assert "Nothing in the background" in (await browser.get("/jobs")).text
    async with server.database.engine_transaction() as conn:
        other = await conn.fetchval("insert into workspace (name) values ('other') returning id")
        for workspace, state in ((server.workspace_id, "failed"), (other, "running")):
            await conn.execute(
                "insert into contact_bulk (id, workspace_id, kind, state, which, total, done)"
                " values (gen_random_uuid(), $1, 'archived', $2, '{}', 4213, 1200)",
                workspace,
                state,
            )
        running = await conn.fetchval(
            "insert into contact_bulk (id, workspace_id, kind, state, which, total, done)"
            " values (gen_random_uuid(), $1, 'blocked', 'running', '{}', 4000, 1000) returning id",
            server.workspace_id,
        )
    page = (await browser.get("/jobs")).text
    assert "It stopped. Open it" in page
    assert "Block many contacts" in page
    assert f'href="/contacts/bulk/blk_{running.hex}"' in page
    assert 'aria-valuenow="25.0"' in page
    assert page.count("Archive many contacts") == 1, "the other workspace's is not here"


async def test_the_tray_shows_what_goes_on_and_what_has_just_ended(browser: Any, server: Any) -> None:
    await browser.log_in()
    assert "job-title" not in (await browser.get("/jobs/tray")).text
    async with server.database.engine_transaction() as conn:
        for state, kind, ago in (
            ("running", "blocked", None),
            ("finished", "archived", "2 seconds"),
            ("finished", "restored", "1 hour"),
        ):
            await conn.execute(
                "insert into contact_bulk (id, workspace_id, kind, state, which, total, done, finished_at)"
                " values (gen_random_uuid(), $1, $2, $3, '{}', 10, 5, now() - $4::text::interval)",
                server.workspace_id,
                kind,
                state,
                ago,
            )
    tray = (await browser.get("/jobs/tray")).text
    assert "Block many contacts" in tray
    assert "Archive many contacts" in tray
    assert "Restore many contacts" not in tray
    assert 'hx-trigger="every 2s"' in tray
    assert 'id="tray"' in (await browser.get("/")).text
