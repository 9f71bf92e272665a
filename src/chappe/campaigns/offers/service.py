"""Which offer a campaign gives codes of, and whether it has enough of them. Nothing here commits."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chappe.campaigns import repo
from chappe.campaigns.drawing import drawn
from chappe.campaigns.holding import hold_draft
from chappe.campaigns.model import Campaign
from chappe.campaigns.offers.model import NoOffer, TooFewCodes
from chappe.campaigns.variants.service import variants_of
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.offers import service as offers
from chappe.offers.coding import SAMPLE_LENGTH, asks, with_sample
from chappe.offers.model import Offer

SQL = load_statements("chappe.campaigns.offers")


async def offer_of(conn: Connection, workspace_id: int, campaign_id: UUID) -> UUID | None:
    """The offer of the campaign; None when it gives no codes."""
    found: UUID | None = await conn.fetchval(SQL.chosen, workspace_id, campaign_id)
    return found


async def save(conn: Connection, campaign: Campaign, offer_id: UUID | None) -> None:
    """Raises UnknownOffer, OfferArchived, WrongState."""
    await hold_draft(conn, campaign)
    if offer_id is None:
        await conn.execute(SQL.remove, campaign.workspace_id, campaign.id)
        return
    offer = await offers.require_open(conn, campaign.workspace_id, offer_id)
    await conn.execute(SQL.save, campaign.workspace_id, campaign.id, offer.id)


async def copy(conn: Connection, campaign: Campaign, other: UUID) -> None:
    """The same for another campaign of the workspace."""
    await conn.execute(SQL.copy, campaign.workspace_id, campaign.id, other)


async def own_of(conn: Connection, campaign: Campaign, letter: str) -> UUID | None:
    """The offer of a variant's own; None where it gives the campaign's codes."""
    return (await _own(conn, campaign)).get(letter)


async def _own(conn: Connection, campaign: Campaign) -> dict[str, UUID]:
    rows = await conn.fetch(SQL.of_variants, campaign.workspace_id, campaign.id)
    return {row["letter"]: row["offer_id"] for row in rows}


async def sampled(conn: Connection, campaign: Campaign, body: str, own: UUID | None = None) -> str:
    """A text of the campaign with a code of the right length, for who measures or shows it. `own`: the offer
    of its variant.
    """
    if not asks(body):
        return body
    chosen = own or await offer_of(conn, campaign.workspace_id, campaign.id)
    if chosen is None:
        return with_sample(body, SAMPLE_LENGTH)
    return with_sample(body, (await offers.offer_of(conn, campaign.workspace_id, chosen)).length)


async def check(conn: Connection, campaign: Campaign, now: datetime) -> None:
    """Whether everybody can get a code. Raises NoOffer, OfferArchived, TooFewCodes.

    What other campaigns take before this one is planned is not known: who comes after the last code is
    skipped, with that reason.
    """
    own = await _own(conn, campaign)
    chosen = await offer_of(conn, campaign.workspace_id, campaign.id)
    giving = [each.letter for each in await variants_of(conn, campaign) if asks(each.body)]
    if not giving:
        return
    wanted = {own.get(letter, chosen) for letter in giving}
    people = await repo.audience_size(conn, await drawn(conn, campaign.workspace_id, campaign.audience, now))
    for offer_id in wanted:
        if offer_id is None:
            raise NoOffer(
                "The text has {{ offer_code }}: choose the offer that it gives codes of.", field="offer_id"
            )
        offer = await offers.require_open(conn, campaign.workspace_id, offer_id)
        # A variant's share of the people is not known before they are parted: one that gives alone is safe.
        if len(wanted) == 1 and offer.free < people:
            raise TooFewCodes(
                f"“{offer.name}” has {offer.free:,} free codes and the audience {people:,} people. "
                "Add codes, or choose fewer people.",
                field="offer_id",
                free=offer.free,
                people=people,
            )


async def begin_runs(conn: Connection, run_ids: Sequence[int]) -> None:
    """What runs give, as it is when their audience is taken."""
    await conn.execute(SQL.begin_runs, run_ids)


async def offer_of_run(conn: Connection, workspace_id: int, run_id: int, body: str) -> Offer | None:
    """The offer whose codes a run's text gives; None when it gives none."""
    if not asks(body):
        return None
    found: UUID | None = await conn.fetchval(SQL.of_run, run_id)
    return None if found is None else await offers.offer_of(conn, workspace_id, found)
