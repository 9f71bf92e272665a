"""What is told of, and when. Pure."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, NamedTuple

from chappe.statistics.surprise import Share, more_often


class Kind(StrEnum):
    OPT_OUTS = "opt_outs"
    """More people leave after a campaign than after those before it."""
    DELIVERY = "delivery"
    """More of a campaign's messages fail."""
    CARRIER_DELIVERY = "carrier_delivery"
    """More of a carrier's messages fail than in its weeks before."""
    BROKEN_LINK = "broken_link"
    BUDGET = "budget"


class Finding(NamedTuple):
    """Something to tell. `told`: what the words are made of, as JSON."""

    workspace_id: int
    kind: Kind
    subject: str
    told: dict[str, Any]


class Alert(NamedTuple):
    """`closed_at` None: it is so now."""

    id: int
    workspace_id: int
    kind: Kind
    subject: str
    told: dict[str, Any]
    opened_at: datetime
    closed_at: datetime | None


class Choice(NamedTuple):
    """What a workspace wants to hear of."""

    shown: bool = True
    mailed: bool = True


# Of a history shorter than this nothing can be said.
_HISTORY: Final = 500
_LEAST_OPT_OUTS: Final = 5
_LEAST_FAILED: Final = 20
_TIMES: Final = 1.5
# Failures vary from day to day and from list to list far more than a binomial does.
_POINTS: Final = 0.05


def too_many_leave(now: Share, before: Share) -> bool:
    """Opt-outs of delivered messages."""
    return before.of >= _HISTORY and more_often(now, before, least=_LEAST_OPT_OUTS, times=_TIMES)


def too_many_fail(now: Share, before: Share) -> bool:
    """Failures of the messages whose end is known."""
    if before.of < _HISTORY or now.rate < before.rate + _POINTS:
        return False
    return more_often(now, before, least=_LEAST_FAILED, times=_TIMES)


def budget_level(spent: Decimal, amount: Decimal) -> int | None:
    """100 when it is spent, 80 when nearly so: percent."""
    return next((level for level in (100, 80) if spent * 100 >= amount * level), None)
