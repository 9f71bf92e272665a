"""A draft and what belongs to it are changed by one at a time, and by nobody while it is being sent."""

from chappe.campaigns.model import Action, Campaign, CampaignState, refuse
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.campaigns")


async def hold(conn: Connection, campaign: Campaign) -> CampaignState:
    """Until the end of the transaction, whoever else changes or sends it waits. The state in which it is."""
    return CampaignState(await conn.fetchval(SQL.hold_campaign, campaign.workspace_id, campaign.id))


async def hold_draft(conn: Connection, campaign: Campaign) -> None:
    """For who changes what belongs to a draft: without it, a text could change between the look at it and
    the sending. Raises WrongState.
    """
    state = await hold(conn, campaign)
    if state is not CampaignState.DRAFT:
        raise refuse(Action.CHANGE, state)
