"""What `chappe check` looks at: one finding a line, with what to do about it."""

import asyncio
import shutil
from dataclasses import dataclass

from chappe.carriers import service as carriers
from chappe.carriers.binding import Outcome, try_bind
from chappe.carriers.model import LinkSettings, LinkState
from chappe.carriers.repo import LinkStatus
from chappe.config.secret import secret_key
from chappe.config.settings import Settings
from chappe.consent.hashed.schemes import used_keys
from chappe.db.home import Home
from chappe.db.instance import SQL
from chappe.db.keys import InstanceKeys
from chappe.db.open import open_database
from chappe.db.pool import Database
from chappe.kit.errors import Problem
from chappe.smpp import network

_ROOM_WANTED = 2 << 30
_LOOK_AT = "Check host, port, system_id, password, and that the carrier allows this machine's address."


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    good: bool = True
    remedy: str = ""


async def check_everything(settings: Settings) -> list[Finding]:
    """Findings in the order in which one would put things right."""
    findings = [_configuration(settings), _room(settings)]
    try:
        async with open_database(settings) as database:
            findings.append(Finding("database: reachable, durable, schema up to date, key fits"))
            findings += [*await _held(database), *await _number_keys(database)]
            findings += await _carriers(settings, database)
    except Problem as problem:
        findings.append(Finding(f"database: {problem.title}", good=False, remedy=problem.detail))
    return findings


def _configuration(settings: Settings) -> Finding:
    try:
        secret_key(settings)
    except Problem as problem:
        return Finding(f"configuration: {problem.title}", good=False, remedy=problem.detail)
    return Finding(f"configuration: data folder {settings.home}, pages on {settings.listen}")


def _room(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.home).free
    what = f"disk: {free / (1 << 30):.1f} GiB free in the data folder"
    if free >= _ROOM_WANTED:
        return Finding(what)
    return Finding(what, good=False, remedy="Make room: sending stops when the journal cannot be written.")


async def held_reason(database: Database) -> str | None:
    """Since when and why nothing is sent; None when nothing is held."""
    async with database.engine_transaction() as conn:
        row = await conn.fetchrow(SQL.instance)
    if row is None or row["held_at"] is None:
        return None
    return f"held since {row['held_at']:%Y-%m-%d %H:%M} UTC, {row['held_reason']}"


async def _number_keys(database: Database) -> list[Finding]:
    """Whether the keys are here under which erased numbers are known."""
    async with database.engine_transaction() as conn:
        used = await used_keys(conn)
    known = database.number_keys.ids
    return [
        Finding(
            f"suppression list: the key {each.key_id} of {each.numbers:,} erased numbers is missing",
            good=False,
            remedy="Put suppression.keys back into the data folder: marketing waits for it.",
        )
        for each in used
        if each.key_id not in known
    ]


async def _held(database: Database) -> list[Finding]:
    reason = await held_reason(database)
    if reason is None:
        return []
    remedy = "When you are sure that nothing goes out twice: chappe release"
    return [Finding(reason, good=False, remedy=remedy)]


async def _carriers(settings: Settings, database: Database) -> list[Finding]:
    async with database.engine.acquire() as conn:
        links = await carriers.load_links(conn, InstanceKeys.derive(secret_key(settings)))
        if not links:
            remedy = "Add one with POST /v1/carriers: docs/how-to/add-a-carrier.md."
            return [Finding("carriers: none is configured", good=False, remedy=remedy)]
        states = {status.name: status for status in await carriers.link_statuses(conn)}
    served = Home(settings.home).running()
    if served is not None and served.url is not None:
        # A second bind of the same account may be refused, or push out the first: look, do not touch.
        return [_live(link, states[link.name]) for link in links]
    return list(await asyncio.gather(*(_bind_once(link) for link in links)))


def _live(link: LinkSettings, status: LinkStatus) -> Finding:
    """What the running sender says of its link."""
    if status.state is LinkState.BOUND:
        return Finding(f"carrier {link.name}: {status.state}")
    if status.state is LinkState.DOWN:
        # Nobody holds the link, so that no setting of it is at fault. What is said, says what to do.
        remedy = "" if status.detail else "No sender holds it: see the log of the program that runs."
    else:
        remedy = _LOOK_AT
    said = f", {status.detail}" if status.detail else ""
    return Finding(f"carrier {link.name}: {status.state}{said}", good=False, remedy=remedy)


async def _bind_once(link: LinkSettings) -> Finding:
    """Binds as the sender would, and leaves."""
    address = network.address(link.settings.host, link.settings.port)
    trial = await try_bind(link.settings, link.password.reveal())
    if trial.bound:
        return Finding(f"carrier {link.name}: binds at {address}")
    said = f"refused the bind with {trial.said}" if trial.outcome is Outcome.REFUSED else trial.said
    what = f"carrier {link.name} at {address}: {said.removesuffix(f' at {address}')}"
    return Finding(what, good=False, remedy=_LOOK_AT)
