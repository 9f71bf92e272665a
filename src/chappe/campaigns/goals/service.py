"""The reply word of a campaign. Nothing here commits."""

from uuid import UUID

from chappe.campaigns.goals.model import checked_word
from chappe.campaigns.holding import hold_draft
from chappe.campaigns.model import Campaign
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.campaigns.goals")


async def word_of(conn: Connection, workspace_id: int, campaign_id: UUID) -> str | None:
    """What counts as a conversion when it is answered; None: no answer does."""
    word: str | None = await conn.fetchval(SQL.word, workspace_id, campaign_id)
    return word


async def save(conn: Connection, campaign: Campaign, word: str | None) -> str | None:
    """The word as it is kept. Raises BadReplyWord, WrongState."""
    checked = checked_word(word)
    await hold_draft(conn, campaign)
    if checked is None:
        await conn.execute(SQL.remove, campaign.workspace_id, campaign.id)
    else:
        await conn.execute(SQL.save, campaign.workspace_id, campaign.id, checked)
    return checked


async def copy(conn: Connection, campaign: Campaign, other: UUID) -> None:
    """The same for another campaign of the workspace."""
    await conn.execute(SQL.copy, campaign.workspace_id, campaign.id, other)
