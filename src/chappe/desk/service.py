"""The home page's use cases. Nothing here commits."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from chappe.campaigns import service as campaigns
from chappe.campaigns.model import CampaignState, Progress
from chappe.carriers import service as carriers
from chappe.carriers.model import Carrier, LinkState
from chappe.consent import service as consent
from chappe.db.number_keys import NumberKeys
from chappe.db.pool import Connection
from chappe.desk import repo
from chappe.desk.alerts import service as watched
from chappe.desk.alerts.model import Alert, Kind
from chappe.desk.analytics import service as analytics
from chappe.desk.analytics.model import Figures
from chappe.desk.errors import BadBudget
from chappe.desk.figures import Overview, overview
from chappe.desk.periods import Period
from chappe.offers import service as offers
from chappe.offers.model import Low

_RECENT: Final = 6
_NEXT: Final = 3
# A link that reconnects is no alert.
_DOWN_FOR: Final = timedelta(minutes=1)
_NEARLY: Final = Decimal("0.8")
MOST_BUDGET: Final = Decimal("9999999999")


class Budget(NamedTuple):
    """Of the calendar month: what was set, and what is spent of it so far."""

    amount: Decimal
    currency: str
    spent: Decimal

    @property
    def near(self) -> bool:
        return self.spent >= self.amount * _NEARLY

    @property
    def over(self) -> bool:
        return self.spent >= self.amount


class Alerts(NamedTuple):
    """What a person should look at; nothing in it is no alert. `down` are links that should be up, `unusual`
    what the worker found, `keys` those of the suppression list that are missing, `offers` nearly empty.
    """

    down: Sequence[Carrier]
    unusual: Sequence[Alert]
    budget: Budget | None
    keys: Sequence[str] = ()
    offers: Sequence[Low] = ()

    def __bool__(self) -> bool:
        return bool(self.down or self.unusual or self.budget or self.keys or self.offers)


class Home(NamedTuple):
    """`recent` without drafts, `scheduled` the next first; `budget` whatever its state. `acts` and
    `acts_before`: what people did, in the period and in the one before.
    """

    overview: Overview
    acts: Figures
    acts_before: Figures
    recent: Sequence[Progress]
    scheduled: Sequence[Progress]
    alerts: Alerts
    budget: Budget | None
    history_from: date | None


async def home(
    conn: Connection, workspace_id: int, period: Period, today: date, now: datetime, keys: NumberKeys
) -> Home:
    """What the first page shows. `today` is the workspace's."""
    both = Period(period.before.first, period.last)
    found = overview(period, *await repo.figures(conn, workspace_id, both))
    budget = await month_budget(conn, workspace_id, today)
    return Home(
        found,
        *await analytics.totals(conn, workspace_id, period),
        await _recent(conn, workspace_id),
        await _scheduled(conn, workspace_id),
        await _alerts(conn, workspace_id, budget, now, keys),
        budget,
        await repo.history_from(conn),
    )


async def month_budget(conn: Connection, workspace_id: int, today: date) -> Budget | None:
    """The budget with what is spent of it since the first of the month; None when none is set."""
    wanted = await repo.budget(conn, workspace_id)
    if wanted is None:
        return None
    amount, currency = wanted
    _, spend, _ = await repo.figures(conn, workspace_id, Period(today.replace(day=1), today))
    return Budget(amount, currency, sum((one.cost for one in spend if one.currency == currency), Decimal(0)))


async def set_budget(conn: Connection, workspace_id: int, text: str, currency: str) -> Decimal | None:
    """The month's budget from now on; an empty text ends it. BadBudget."""
    if not text.strip():
        await repo.drop_budget(conn, workspace_id)
        return None
    amount = _amount(text)
    await repo.set_budget(conn, workspace_id, amount, currency)
    return amount


def _amount(text: str) -> Decimal:
    """`1 200,50` and `1200.50` are the same."""
    digits = "".join(text.split()).replace(",", ".")
    plain = digits.replace(".", "", 1).isdecimal() and len(digits) < 16
    amount = Decimal(digits).quantize(Decimal("0.01")) if plain else Decimal(0)
    if not 0 < amount < MOST_BUDGET:
        raise BadBudget("Write an amount above zero, such as 250 or 1200.50.", field="amount")
    return amount


async def _recent(conn: Connection, workspace_id: int) -> list[Progress]:
    # A page of them, since drafts are among them.
    found = await campaigns.page(conn, workspace_id, after=None, state=None, limit=5 * _RECENT)
    waiting = (CampaignState.DRAFT, CampaignState.SCHEDULED)
    return [one for one in found if one.campaign.state not in waiting][:_RECENT]


async def _scheduled(conn: Connection, workspace_id: int) -> list[Progress]:
    found = await campaigns.page(
        conn, workspace_id, after=None, state=CampaignState.SCHEDULED, limit=5 * _RECENT
    )
    dated = [(one.campaign.send_at, one) for one in found if one.campaign.send_at is not None]
    return [one for _, one in sorted(dated, key=lambda pair: pair[0])[:_NEXT]]


async def _alerts(
    conn: Connection,
    workspace_id: int,
    budget: Budget | None,
    now: datetime,
    keys: NumberKeys,
) -> Alerts:
    known = await carriers.carriers(conn, workspace_id)
    down = [one for one in known if one.enabled and _is_down(one, now)]
    unusual = await watched.to_show(conn, workspace_id)
    wanted = await watched.choices(conn, workspace_id)
    near = budget if budget is not None and budget.near and wanted[Kind.BUDGET].shown else None
    missing = await consent.missing_keys(conn, workspace_id, keys)
    return Alerts(down, unusual, near, missing, await offers.low(conn, workspace_id))


def _is_down(carrier: Carrier, now: datetime) -> bool:
    if carrier.state is LinkState.BOUND:
        return False
    # A link that nobody holds changes no state: when it was last heard of tells since when it is down.
    seen = carrier.heartbeat_at if carrier.state is LinkState.DOWN else carrier.changed_at
    return (seen or carrier.created_at) < now - _DOWN_FOR
