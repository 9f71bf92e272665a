"""One name for a campaign as it stands: people approve it, look at its price, and send it by this name."""

from hashlib import blake2b

import msgspec

from chappe.campaigns.drawing import frozen
from chappe.campaigns.experiments import parting
from chappe.campaigns.links import service as links
from chappe.campaigns.model import Audience, Campaign
from chappe.campaigns.offers import service as offers
from chappe.campaigns.timing import service as timing
from chappe.db.pool import Connection


async def mark_of(conn: Connection, campaign: Campaign) -> str:
    """Another one as soon as any of it changes: whom it goes to, when, from whom, with which texts and links.
    What `campaign` holds need not be saved. Contacts, prices and the hour have no part in it.
    """
    return digest(
        (
            campaign.workspace_id,
            campaign.id,
            campaign.audience,
            await rules_mark(conn, campaign.workspace_id, campaign.audience),
            campaign.purpose,
            campaign.topic_id,
            campaign.sender_id,
            campaign.body,
            campaign.send_at,
            campaign.expires_at,
            campaign.parts_per_second,
            await parting.split(conn, campaign),
            await timing.timing_of(conn, campaign.workspace_id, campaign.id),
            await timing.zone_of(conn, campaign),
            await offers.offer_of(conn, campaign.workspace_id, campaign.id),
            await links.settings_of(conn, campaign.workspace_id, campaign.id),
        )
    )


async def rules_mark(conn: Connection, workspace_id: int, audience: Audience) -> str:
    """Names the rules of an audience's segments, and of those that they speak of."""
    return digest(sorted((str(one.id), one.rule) for one in await frozen(conn, workspace_id, audience)))


def digest(of: object) -> str:
    """Of whatever msgspec writes, the same in every process: sets in order."""
    return blake2b(msgspec.json.encode(of, order="deterministic"), digest_size=16).hexdigest()
