"""By when a request is to be answered."""

from datetime import date

import pytest

from chappe.persons.request_model import due_on


@pytest.mark.parametrize(
    ("received", "due", "at_most"),
    [
        (date(2026, 1, 15), date(2026, 2, 15), date(2026, 4, 15)),
        (date(2026, 1, 31), date(2026, 2, 28), date(2026, 4, 30)),
        (date(2028, 1, 30), date(2028, 2, 29), date(2028, 4, 30)),
        (date(2026, 11, 30), date(2026, 12, 30), date(2027, 2, 28)),
        (date(2026, 12, 31), date(2027, 1, 31), date(2027, 3, 31)),
    ],
)
def test_a_month_runs_to_the_same_day_or_the_last_one(received: date, due: date, at_most: date) -> None:
    assert due_on(received) == due
    assert due_on(received, prolonged=True) == at_most
