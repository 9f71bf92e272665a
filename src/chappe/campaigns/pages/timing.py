"""When each person gets a campaign, in the editor's schedule step."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from chappe.campaigns.model import Campaign, ZoneShare
from chappe.campaigns.series import service as series
from chappe.campaigns.series.model import Every, Rule, Series
from chappe.campaigns.timing import service
from chappe.campaigns.timing.model import HOURS, LONGEST_SPREAD, How, Timing, check
from chappe.campaigns.variants.model import Variant
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


def read_rule(reading: Reading) -> Rule | None:
    """None: it does not come again."""
    every = reading.choice("every", ["", *(one.value for one in Every)])
    if not every or every not in set(Every):
        return None
    step = reading.whole("step", least=1, most=52, required=False)
    until = reading.day("until", required=False)
    return Rule(every=Every(every), step=step or 1, until=until)


def rule_values(found: Series | None) -> dict[str, Any]:
    if found is None:
        return {"every": "", "step": 1, "until": ""}
    until = found.rule.until
    return {
        "every": found.rule.every.value,
        "step": found.rule.step,
        "until": "" if until is None else until.isoformat(),
    }


class Place(NamedTuple):
    """Where and when somebody gets it; `zone` empty where it is not known."""

    zone: str
    at: datetime


class Leaving(NamedTuple):
    """What pages say of when a draft leaves. `begins`: its time, or now. `first`, `last`: as far as it is
    counted. `variants`: those with an hour of their own, and whether that is over when the campaign begins:
    they leave with it then.
    """

    timing: Timing
    begins: datetime
    first: Place | None
    last: Place | None
    variants: list[tuple[str, int, bool]]
    earliest: int = HOURS[0]
    latest: int = HOURS[-1]


def leaving(
    timing: Timing, begins: datetime, zones: Sequence[ZoneShare], tried: Sequence[Variant], here: ZoneInfo
) -> Leaving:
    """`zones`: of an estimate. `here`: the workspace's zone, whose hours are meant."""
    wall = begins.astimezone(here)
    places = [(zone.zones.split(" ")[0], zone) for zone in zones]
    return Leaving(
        timing,
        begins,
        min((Place(name, zone.due_at) for name, zone in places), key=lambda one: one.at, default=None),
        max(
            (Place(name, zone.last_at) for name, zone in places),
            key=lambda one: one.at,
            default=None,
        ),
        [
            (
                one.letter,
                one.send_hour,
                timing.how is How.MOMENT and one.send_hour < wall.hour + wall.minute / 60,
            )
            for one in tried
            if one.send_hour is not None
        ],
    )


async def save_timing(conn: Connection, draft: Campaign, reading: Reading) -> None:
    """As it was read; what is wrong is with the form's errors."""
    chosen, rule = read_timing(reading), read_rule(reading)
    if reading.errors:
        return
    try:
        check(chosen, draft.send_at)
        await service.save(conn, draft, chosen)
        await series.save(conn, draft, rule)
    except Problem as problem:
        reading.errors.add(problem)
