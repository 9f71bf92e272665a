"""Which sites may tell events, and the keys that their pages name. Nothing here commits."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.kit.ids import uuid7
from chappe.kit.sites import origin_of
from chappe.tracking.browser.model import (
    MOST_KEYS,
    MOST_SITES,
    BadSites,
    BrowserKey,
    BrowserSettings,
    TooManyBrowserKeys,
    UnknownBrowserKey,
)

SQL = load_statements("chappe.tracking.browser")


async def settings(conn: Connection, workspace_id: int) -> BrowserSettings:
    row = await conn.fetchrow(SQL.settings, workspace_id)
    return BrowserSettings() if row is None else BrowserSettings(tuple(row["sites"]), row["click_code"])


async def save(
    conn: Connection, workspace_id: int, sites: Iterable[str], click_code: bool
) -> BrowserSettings:
    """Raises BadSites."""
    chosen = BrowserSettings(tuple(dict.fromkeys(map(_site, sites))), click_code)
    if len(chosen.sites) > MOST_SITES:
        raise BadSites(f"Name at most {MOST_SITES} sites.", field="sites")
    await conn.execute(SQL.save_settings, workspace_id, chosen.sites, click_code)
    return chosen


async def keys(conn: Connection, workspace_id: int) -> list[BrowserKey]:
    """The newest first, those that were revoked among them."""
    return [BrowserKey._make(row) for row in await conn.fetch(SQL.keys, workspace_id)]


async def create_key(conn: Connection, workspace_id: int, now: datetime) -> BrowserKey:
    """Raises TooManyBrowserKeys."""
    made = BrowserKey(uuid7(), now, None)
    if await conn.fetchval(SQL.add_key, workspace_id, made.id, now, MOST_KEYS) is None:
        raise TooManyBrowserKeys(f"At most {MOST_KEYS} keys work at a time: revoke one first.")
    return made


async def revoke_key(conn: Connection, workspace_id: int, key: UUID | None, now: datetime) -> None:
    """Pages that name it tell nothing any more. Raises UnknownBrowserKey."""
    if key is None or await conn.fetchval(SQL.revoke_key, workspace_id, key, now) is None:
        raise UnknownBrowserKey("There is no such key, or it was revoked. See GET /v1/browser-keys.")


def _site(text: str) -> str:
    found = origin_of(text)
    if found is None:
        raise BadSites(f"Write a site as https://shop.example, not {text}.", field="sites")
    return found
