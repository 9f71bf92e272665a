"""What counts as a conversion, and what is known of one."""

from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

import msgspec

from chappe.kit.errors import Problem

MOST_GOALS: Final = 10
LONGEST_EVENT: Final = 100
LONGEST_CLICK_DAYS: Final = 90
LONGEST_DELIVERY_HOURS: Final = 2_160


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """`event` is a conversion, `refund` takes one back. For `click_days` after a click, and `delivery_hours`
    after a message arrived, it is owed to that message; 0: never.
    """

    event: str
    refund: str | None = None
    click_days: int = 5
    delivery_hours: int = 24


class Conversion(NamedTuple):
    """`by` None: owed to none of our messages. `amount` is before `refunded`."""

    id: int
    goal: str
    by: str | None
    amount: Decimal
    currency: str
    refunded: Decimal
    at: datetime
    run_id: int | None
    message_id: int | None
    contact_id: int | None


class Sold(NamedTuple):
    """What a run sold of one goal in one currency. `people` bought, `n` times."""

    run_id: int
    goal: str
    currency: str
    n: int
    people: int
    amount: Decimal
    refunded: Decimal

    @property
    def net(self) -> Decimal:
        return self.amount - self.refunded


class UnknownGoal(Problem):
    code = "unknown_goal"
    status = 404
    title = "No such goal"


class BadGoal(Problem):
    code = "bad_goal"
    status = 422
    title = "This cannot be a goal"
