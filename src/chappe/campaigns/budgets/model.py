"""A budget, and what can be wrong with one."""

from decimal import Decimal
from typing import Final, NamedTuple

import msgspec

from chappe.kit.errors import Problem
from chappe.kit.numbers import read_number

LARGEST: Final = Decimal(10_000_000)


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """Only prices in its currency draw on it."""

    amount: Decimal
    currency: str


class Limit(NamedTuple):
    """A budget that a run draws on: of its campaign, or of the month."""

    account: str
    amount: Decimal
    currency: str


class Drawn(NamedTuple):
    """A budget with what is reserved or spent of it."""

    budget: Budget
    used: Decimal

    @property
    def left(self) -> Decimal:
        return max(Decimal(0), self.budget.amount - self.used)


class BadBudget(Problem):
    code = "bad_budget"
    status = 422
    title = "This is no budget"


def read_amount(text: str, field: str = "amount") -> Decimal:
    """As people write it. Raises BadBudget."""
    try:
        amount = round(read_number(text), 4)
    except ValueError:
        amount = Decimal(0)
    if not 0 < amount <= LARGEST:
        raise BadBudget("Write an amount above zero, such as 250 or 1200.50.", field=field)
    return amount
