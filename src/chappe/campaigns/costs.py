"""What a run cost, added up when it is over: every part that was handed over, by the price of its carrier for
its number on the day on which it left. While it runs the pages show a range, because no counter knows which
price a part had.
"""

from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from chappe.campaigns.budgets import service as budgets
from chappe.campaigns.model import Cost
from chappe.carriers import routing
from chappe.carriers.prices import PriceTable
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.campaigns")

_MOST: Final = 20


class Ended(NamedTuple):
    """A run without a cost."""

    id: int
    workspace_id: int
    campaign_id: UUID
    base_id: int | None
    total: int | None


async def ended(conn: Connection) -> list[Ended]:
    """Some of those whose campaign is over; in the engine's role."""
    return [Ended._make(row) for row in await conn.fetch(SQL.ended_runs, _MOST)]


async def price(conn: Connection, run: Ended) -> None:
    """Write what the run cost; a carrier without prices costs nothing that is known."""
    amounts: dict[str, Decimal] = {}
    if run.base_id is not None and run.total:
        hi = run.base_id + run.total
        days: dict[date, PriceTable] = {}
        for day, at, carrier, beginning, parts in await conn.fetch(
            SQL.parts_by_beginning, run.base_id, hi, await routing.digits(conn, run.workspace_id)
        ):
            if day not in days:
                days[day] = await routing.load_prices(conn, run.workspace_id, at)
            each = days[day].of_carrier(carrier, [int(beginning)])[0]
            if each is not None:
                amounts[each.currency] = amounts.get(each.currency, Decimal(0)) + parts * each.price
    cost = [Cost(currency=currency, amount=amount) for currency, amount in sorted(amounts.items())]
    await conn.execute(SQL.set_cost, run.id, msgspec.to_builtins(cost))
    await budgets.settle(conn, run.id, cost)
