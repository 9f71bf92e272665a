"""How many came by a form, day by day and from where."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from chappe.db.pool import Connection
from chappe.signup.forms import repo
from chappe.signup.forms.model import SourceFigure

DAYS: Final = 30
# More sources than these are one line of the chart.
_LINES: Final = 4
REST: Final = ""


class Figures(NamedTuple):
    """`recent` and `before`: sign-ups of the last 30 days and of the 30 before. `lines`: sources of the
    chart, REST for the others; `days`: each day with its numbers in the order of `lines`.
    """

    recent: int
    before: int
    sources: Sequence[SourceFigure]
    lines: Sequence[str]
    days: Sequence[tuple[date, Sequence[int]]]


async def figures(conn: Connection, workspace_id: int, form_id: UUID, now: datetime, zone: str) -> Figures:
    """`zone`: in which days begin."""
    today = now.astimezone(ZoneInfo(zone)).date()
    first = today - timedelta(days=DAYS - 1)
    since = datetime.combine(first - timedelta(days=DAYS), datetime.min.time(), ZoneInfo(zone))
    rows = await repo.days(conn, workspace_id, form_id, since, zone)
    return arranged(rows, await repo.sources(conn, workspace_id, form_id), first)


def arranged(rows: Sequence[tuple[date, str, int]], sources: Sequence[SourceFigure], first: date) -> Figures:
    """`first`: the day that the chart begins with."""
    shown = [row for row in rows if row[0] >= first]
    most = Counter[str]()
    for _, source, n in shown:
        most[source] += n
    lines = [source for source, _ in most.most_common(_LINES)]
    if len(most) > _LINES:
        lines.append(REST)
    counted: dict[date, Counter[str]] = {first + timedelta(days=n): Counter() for n in range(DAYS)}
    for day, source, n in shown:
        if day in counted:
            counted[day][source if source in lines else REST] += n
    return Figures(
        recent=sum(most.values()),
        before=sum(n for day, _, n in rows if day < first),
        sources=sources,
        lines=lines,
        days=[(day, [found[line] for line in lines]) for day, found in counted.items()],
    )
