"""When each person gets a campaign, in the editor's schedule step."""

from typing import Any

from chappe.campaigns.model import Campaign
from chappe.campaigns.timing import service
from chappe.campaigns.timing.model import LONGEST_SPREAD, How, Timing, check
from chappe.db.pool import Connection
from chappe.kit.errors import Problem
from chappe.web.forms import Reading

_HOUR = 60


def read_timing(reading: Reading) -> Timing:
    """`spread` in hours, which may have decimals."""
    how = reading.choice("how", [one.value for one in How], otherwise=How.MOMENT.value)
    spread = reading.amount("spread", least=0, most=LONGEST_SPREAD // _HOUR, required=False)
    minutes = None if not spread else max(1, round(spread * _HOUR))
    return Timing(how=How(how) if how in set(How) else How.MOMENT, spread_minutes=minutes)


def values_of(timing: Timing) -> dict[str, Any]:
    minutes = timing.spread_minutes
    return {"how": timing.how.value, "spread": "" if minutes is None else f"{minutes / _HOUR:g}"}


async def save_timing(conn: Connection, draft: Campaign, reading: Reading) -> None:
    """As it was read; what is wrong is with the form's errors."""
    chosen = read_timing(reading)
    if reading.errors:
        return
    try:
        check(chosen, draft.send_at)
        await service.save(conn, draft, chosen)
    except Problem as problem:
        reading.errors.add(problem)
