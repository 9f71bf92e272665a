"""The worker role: imports, plans, schedules, counts. Any number may run: leases share the work out."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import TypeAlias

import structlog

from chappe.accounts.audit.sealing import keep_sealing
from chappe.accounts.mails.sending import outbox_of, send_mails, server_of
from chappe.accounts.security.resets import answer_requests
from chappe.campaigns.results.jobs import decide_tests
from chappe.campaigns.series.jobs import make_copies
from chappe.config.settings import Settings
from chappe.consent.jobs import keep_matching
from chappe.consent.preference_links import PreferenceLinks
from chappe.contacts.jobs import run_bulk, run_changes, run_folding, run_indexing
from chappe.db.demo import gate_clock
from chappe.db.kept import keep_changes
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.engine.campaign_jobs import worker_jobs
from chappe.kit.clock import Clock
from chappe.kit.outbound import Outbound
from chappe.offers.jobs import keep_warning
from chappe.offers.settling import settle_sold
from chappe.signup.jobs import run_imports
from chappe.signup.stoplist.feeding import follow_feeds
from chappe.signup.stoplist.jobs import run_lists
from chappe.tracking.codes import Codes
from chappe.tracking.jobs import recheck_links, settle_clicks, settle_conversions
from chappe.tracking.runs import Shortening

log = structlog.get_logger()

Job: TypeAlias = tuple[str, Coroutine[object, object, None]]
"""A name for the log, and what runs until it is cancelled."""


async def run_worker(
    settings: Settings,
    database: Database,
    keys: InstanceKeys,
    clock: Clock,
    stop: asyncio.Event,
    more: Sequence[Job] = (),
) -> None:
    """Runs every background job until `stop` is set; `more` are those of the rooms above.

    A stop between two statements is always safe: each step is one transaction, and a lease that is not
    renewed ends by itself. So nothing is drained here; what was under way is rolled back and taken up
    again.
    """
    async with database.engine.acquire() as conn:
        scheduled = await gate_clock(conn, clock)
    outbox = outbox_of(settings, keys)
    links = PreferenceLinks(keys, settings.base_url)
    shortening = Shortening(Codes.of(keys), settings.base_url)
    jobs: list[Job] = [
        *worker_jobs(database, clock=clock, gate_clock=scheduled, links=links, shortening=shortening),
        ("imports", run_imports(database, clock)),
        ("mails", send_mails(database, outbox, server_of(settings), clock)),
        ("resets", answer_requests(database, outbox, clock)),
        ("audit", keep_sealing(database, keys)),
        ("contact_index", run_indexing(database)),
        ("bulk", run_bulk(database, clock)),
        ("attributes", run_changes(database, clock)),
        ("lists", run_folding(database)),
        ("suppression_lists", run_lists(database, clock)),
        ("optout_feeds", follow_feeds(database, settings.home, clock, Outbound(settings.internal_networks))),
        ("suppression_hashes", keep_matching(database)),
        ("clicks", settle_clicks(database, clock)),
        ("link_pages", recheck_links(database, clock, Outbound(settings.internal_networks))),
        ("offers", keep_warning(database, outbox, clock)),
        ("conversions", settle_conversions(database, settle_sold)),
        ("tests", decide_tests(database, clock)),
        ("series", make_copies(database, clock, scheduled)),
        ("kept_changes", keep_changes(database, settings.home)),
        *more,
    ]
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job, name=name) for name, job in jobs]
            log.info("worker_started", jobs=[name for name, _ in jobs])
            await stop.wait()
            for task in tasks:
                task.cancel()
    finally:
        log.info("worker_stopped")
