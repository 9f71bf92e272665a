"""When a campaign comes again."""

from datetime import UTC, date, datetime

import pytest

from chappe.campaigns.series.model import Every, Rule, between, nth

PARIS = "Europe/Paris"
FIRST = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)  # 10:00 in Paris


@pytest.mark.parametrize(
    ("rule", "n", "day"),
    [
        (Rule(every=Every.DAY), 1, date(2026, 2, 1)),
        (Rule(every=Every.DAY, step=3), 2, date(2026, 2, 6)),
        (Rule(every=Every.WEEK), 9, date(2026, 4, 4)),
        (Rule(every=Every.MONTH), 1, date(2026, 2, 28)),
        (Rule(every=Every.MONTH), 2, date(2026, 3, 31)),
        (Rule(every=Every.MONTH, step=6), 2, date(2027, 1, 31)),
    ],
)
def test_it_comes_at_the_same_hour_of_the_right_day(rule: Rule, n: int, day: date) -> None:
    at = nth(FIRST, rule, n, PARIS)
    assert at is not None
    assert (at.date(), at.hour, at.minute) == (day, 10, 0)


def test_the_hour_stays_when_the_clocks_change() -> None:
    summer = nth(FIRST, Rule(every=Every.WEEK), 9, PARIS)
    assert summer is not None
    assert summer.astimezone(UTC).hour == 8


def test_nothing_comes_after_the_last_day() -> None:
    rule = Rule(every=Every.WEEK, until=date(2026, 2, 14))
    assert nth(FIRST, rule, 2, PARIS) is not None
    assert nth(FIRST, rule, 3, PARIS) is None


@pytest.mark.parametrize("every", Every)
def test_what_comes_between_two_days_is_what_comes_at_all(every: Every) -> None:
    rule = Rule(every=every, step=2)
    since, until = date(2041, 1, 1), date(2041, 6, 30)
    all_of_it = [nth(FIRST, rule, n, PARIS) for n in range(1, 6000)]
    assert list(between(FIRST, rule, 0, PARIS, since, until)) == [
        at for at in all_of_it if at is not None and since <= at.date() <= until
    ]


def test_what_was_made_does_not_come_any_more() -> None:
    found = between(FIRST, Rule(every=Every.WEEK), 2, PARIS, date(2026, 1, 1), date(2026, 2, 28))
    assert [at.date().day for at in found] == [21, 28]
