"""`chappe worker`: imports, plans, schedules, counts in this process."""

import typer
import uvloop

from chappe.accounts.mails.sending import outbox_of
from chappe.campaigns.reports.counting import keep_reports
from chappe.cli.options import Config, Home
from chappe.cli.role import PANEL, collect_seldom, role_keys, role_settings
from chappe.config.settings import Settings
from chappe.consent.ledger.checkpoints import keep_signing
from chappe.consent.ledger.outside import Outside
from chappe.consent.ledger.sealing import keep_sealing
from chappe.consent.preference_links import PreferenceLinks
from chappe.db.demo import gate_clock
from chappe.db.open import open_database
from chappe.desk.alerts.jobs import keep_watching
from chappe.desk.jobs import keep_counting
from chappe.desk.retention.jobs import keep_erasing
from chappe.engine.supervisor import stop_event
from chappe.engine.worker import run_worker
from chappe.gate.rulings import Rulings
from chappe.kit.clock import SystemClock
from chappe.kit.outbound import Outbound
from chappe.messages.service import MessageIds
from chappe.persons.exports import Writer
from chappe.persons.files import ExportFolder
from chappe.persons.jobs import run_erasures, run_exports, run_forgetting_idle
from chappe.sending.service import Door
from chappe.signup.reminding import keep_reminding


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel=PANEL)(worker)


def worker(home: Home = None, config: Config = None) -> None:
    """Import, plan, schedule, count. Any number may run."""
    collect_seldom()
    uvloop.run(_worker(role_settings(home, config)))


async def _worker(settings: Settings) -> None:
    stop = stop_event()
    async with open_database(settings) as database:
        clock = SystemClock()
        figures = ("figures", keep_counting(database, clock))
        reports = ("reports", keep_reports(database, clock))
        erasing = ("erasing", keep_erasing(database, clock))
        keys, folder = role_keys(settings), ExportFolder(settings.home)
        watching = ("alerts", keep_watching(database, outbox_of(settings, keys), clock))
        sealing = ("consent_ledger", keep_sealing(database, keys, clock))
        outside = Outside(settings.time_stamp_url, settings.checkpoint_witness)
        outbound = Outbound(settings.internal_networks)
        signing = ("consent_checkpoints", keep_signing(database, keys, clock, outside, outbound))
        exports = ("exports", run_exports(database, folder, Writer(folder, keys.ids), clock))
        persons = ("erasures", run_erasures(database, keys.ids, clock))
        idle = ("idle_contacts", run_forgetting_idle(database, keys.ids, clock))
        async with database.engine_transaction() as conn:
            scheduled = await gate_clock(conn, clock)
        links = PreferenceLinks(keys, settings.base_url)
        door = Door(
            MessageIds(database, clock), Rulings(database), clock, scheduled, database.number_keys, links
        )
        reminding = ("opt_in_reminders", keep_reminding(database, door, clock))
        jobs = [figures, reports, watching, erasing, sealing, signing, exports, persons, idle, reminding]
        await run_worker(settings, database, keys, clock, stop, jobs)
