"""A campaign on a day, and which days can be asked for."""

from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from chappe.campaigns.model import CampaignState
from chappe.kit.errors import Problem

LONGEST: Final = 62
"""Days: two months side by side."""

# A step after the last day must still be a date: series look one ahead.
_LAST_YEAR: Final = 9990


class BadDays(Problem):
    code = "bad_days"
    status = 422
    title = "These days cannot be shown"


class Entry(NamedTuple):
    """`at`: when it began, or is to begin; `day`: the same in the workspace's zone. `state` None: the
    campaign will come again then, and no copy is made yet.
    """

    id: UUID
    name: str
    state: CampaignState | None
    at: datetime
    day: date


def check_days(first: date, last: date) -> None:
    """Both ends are included. Raises BadDays."""
    if not first <= last or (last - first).days >= LONGEST:
        raise BadDays(f"Let to be from or later, with at most {LONGEST} days in all.", field="to")
    if last.year > _LAST_YEAR:
        raise BadDays("Let to be an earlier day.", field="to")
