"""What people do with budgets, and what the planner asks of them. Nothing here commits."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from chappe.campaigns.budgets.model import Budget, Drawn, Limit
from chappe.campaigns.model import Campaign, Cost
from chappe.campaigns.repo import notify
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.campaigns.budgets")


async def of_campaign(conn: Connection, workspace_id: int, campaign_id: UUID) -> Drawn | None:
    row = await conn.fetchrow(SQL.of_campaign, workspace_id, campaign_id)
    return None if row is None else Drawn(Budget(amount=row["amount"], currency=row["currency"]), row["used"])


async def save(conn: Connection, campaign: Campaign, budget: Budget | None) -> None:
    """In any state: what waits for money looks again whether it reaches."""
    if budget is None:
        await conn.execute(SQL.remove, campaign.workspace_id, campaign.id)
    else:
        values = (budget.amount, budget.currency)
        await conn.execute(SQL.save, campaign.workspace_id, campaign.id, *values)
    await go_on(conn, campaign.workspace_id, campaign.id)


async def copy(conn: Connection, campaign: Campaign, other: UUID) -> None:
    """The budget of a campaign for another of the same workspace."""
    await conn.execute(SQL.copy, campaign.workspace_id, campaign.id, other)


async def of_month(conn: Connection, workspace_id: int, now: datetime, zone: str) -> Drawn | None:
    """What all campaigns of this month may cost; None: as much as they like."""
    row = await conn.fetchrow(SQL.of_month, workspace_id, f"{now.astimezone(ZoneInfo(zone)):%Y-%m}")
    return None if row is None else Drawn(Budget(amount=row["amount"], currency=row["currency"]), row["used"])


async def save_month(conn: Connection, workspace_id: int, budget: Budget | None) -> None:
    if budget is None:
        await conn.execute(SQL.remove_month, workspace_id)
    else:
        await conn.execute(SQL.save_month, workspace_id, budget.amount, budget.currency)
    await go_on(conn, workspace_id, None)


async def go_on(conn: Connection, workspace_id: int, campaign_id: UUID | None) -> None:
    """Runs that fell short try again; of one campaign, or of all."""
    for row in await conn.fetch(SQL.go_on, workspace_id, campaign_id):
        await notify(conn, row["campaign_id"])


async def waiting(conn: Connection, campaign: Campaign) -> int:
    """How many of its people wait because a budget is used up."""
    n: int = await conn.fetchval(SQL.waiting, campaign.workspace_id, campaign.id)
    return n


async def is_limited(conn: Connection, workspace_id: int, campaign_id: UUID) -> bool:
    """Whether it draws on any budget."""
    limited: bool = await conn.fetchval(SQL.has_limit, workspace_id, campaign_id)
    return limited


async def limits_of(conn: Connection, workspace_id: int, campaign_id: UUID, now: datetime) -> list[Limit]:
    """The budgets that the messages of a campaign draw on at a moment."""
    return [Limit._make(row) for row in await conn.fetch(SQL.limits, workspace_id, campaign_id, now)]


async def reserve(
    conn: Connection, workspace_id: int, run_id: int, limits: Sequence[Limit], costs: Mapping[str, Decimal]
) -> bool:
    """Reserve what messages cost, by currency, under every limit; False, and nothing reserved, where one does
    not reach. Who draws on the same budget waits until this transaction ends.
    """
    drawn = sorted(each for each in limits if costs.get(each.currency))
    if not drawn:
        return True
    accounts, currencies = [each.account for each in drawn], [each.currency for each in drawn]
    await conn.execute(SQL.open_accounts, workspace_id, accounts, currencies)
    used = [row["amount"] for row in await conn.fetch(SQL.lock_accounts, workspace_id, accounts, currencies)]
    amounts = [costs[currency] for currency in currencies]
    for limit, taken, amount in zip(drawn, used, amounts, strict=True):
        if taken + amount > limit.amount:
            return False
    await conn.execute(SQL.draw, workspace_id, accounts, currencies, amounts, run_id)
    return True


async def settle(conn: Connection, run_id: int, cost: Sequence[Cost]) -> None:
    """What a run cost takes the place of what it had reserved; once."""
    amounts = [each.amount for each in cost]
    await conn.execute(SQL.settle, run_id, [each.currency for each in cost], amounts)


async def fall_short(conn: Connection, run_id: int, now: datetime) -> UUID | None:
    """The campaign whose run waits for money from now on; None when it does already."""
    campaign_id: UUID | None = await conn.fetchval(SQL.fall_short, run_id, now)
    return campaign_id


async def look_again(conn: Connection, before: datetime) -> None:
    """Runs that fell short before a moment try again; as the engine."""
    for row in await conn.fetch(SQL.look_again, before):
        await notify(conn, row["campaign_id"])
