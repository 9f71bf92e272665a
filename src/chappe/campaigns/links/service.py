"""What a campaign does with the addresses in its text. Nothing here commits."""

import re
import unicodedata
from uuid import UUID

from chappe.campaigns.holding import hold_draft
from chappe.campaigns.links.model import LinkSettings
from chappe.campaigns.model import Campaign
from chappe.campaigns.variants import service as variants
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.tracking import service as tracking
from chappe.tracking.bodies import LinkedBody
from chappe.tracking.model import Linking

SQL = load_statements("chappe.campaigns.links")

_CAMPAIGN = "{campaign}"


async def settings_of(conn: Connection, workspace_id: int, campaign_id: UUID) -> LinkSettings:
    row = await conn.fetchrow(SQL.links, workspace_id, campaign_id)
    return LinkSettings() if row is None else LinkSettings.read(row)


async def save(conn: Connection, campaign: Campaign, chosen: LinkSettings) -> LinkSettings:
    """Raises UnknownLinkDomain, BadUtm, WrongState."""
    tracking.check_utm(chosen.utm)
    if chosen.domain_id is not None:
        await tracking.domain_of(conn, campaign.workspace_id, chosen.domain_id)
    await hold_draft(conn, campaign)
    values = (campaign.workspace_id, campaign.id, chosen.shorten, chosen.domain_id, chosen.utm)
    await conn.execute(SQL.save, *values)
    return chosen


async def linking_of(conn: Connection, workspace_id: int, campaign_id: UUID, base: str) -> Linking | None:
    """How the addresses of a campaign's text are shortened; None when they stay as they are written.

    `base`: the address that people open this installation at.
    """
    chosen = await settings_of(conn, workspace_id, campaign_id)
    shorten = chosen.shorten
    if shorten is None:
        shorten = base.startswith("https://") or await tracking.has_own_domain(conn, workspace_id)
    if not shorten:
        return None
    utm = {**await tracking.usual_utm(conn, workspace_id), **chosen.utm}
    name = await conn.fetchval(SQL.name, workspace_id, campaign_id) or ""
    utm = {key: value.replace(_CAMPAIGN, slug(name)) for key, value in utm.items()}
    found = await tracking.linking(conn, workspace_id, base, chosen.domain_id, utm)
    return found._replace(label=name)


async def faults(conn: Connection, campaign: Campaign, base: str) -> dict[str, str]:
    """What is wrong with the addresses of its texts, by address; of those that become short links."""
    found = await linking_of(conn, campaign.workspace_id, campaign.id, base)
    if found is None:
        return {}
    bodies = {campaign.body, *(each.body for each in await variants.variants_of(conn, campaign))}
    urls = {url for body in bodies if "://" in body for url in LinkedBody(body, found.prefix).links}
    return await tracking.faults_of(conn, campaign.workspace_id, base, sorted(urls)) if urls else {}


async def linked_body(conn: Connection, campaign: Campaign, base: str) -> LinkedBody | None:
    """The campaign's text with its addresses shortened; None where they stay as they are written."""
    if "://" not in campaign.body:
        return None
    found = await linking_of(conn, campaign.workspace_id, campaign.id, base)
    return None if found is None else LinkedBody(campaign.body, found.prefix)


async def copy(conn: Connection, campaign: Campaign, other: UUID) -> None:
    """The same for another campaign of the workspace."""
    await conn.execute(SQL.copy, campaign.workspace_id, campaign.id, other)


def slug(name: str) -> str:
    """A name as shops' statistics like it: `Soldes d’été 2026` is `soldes-d-ete-2026`."""
    letters = [each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each)]
    return re.sub(r"[^a-z0-9]+", "-", "".join(letters).lower()).strip("-")
