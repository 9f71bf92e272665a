"""When a message is due to a person."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from chappe.campaigns.pages.timing import leaving
from chappe.campaigns.timing.model import HOURS, How, Timed, Timing, WrongTiming, best_hour, check
from chappe.campaigns.variants.model import Variant

TUESDAY = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)  # 10:00 in Paris


def timed(how: How = How.LOCAL, **more: object) -> Timed:
    return Timed(Timing(how=how), TUESDAY, "Europe/Paris", **more)


@pytest.mark.parametrize(
    ("zones", "due"),
    [
        ("Europe/Paris", datetime(2026, 3, 10, 9, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 3, 10, 14, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2026, 3, 9, 21, tzinfo=UTC)),
        ("America/Chicago America/Denver", datetime(2026, 3, 10, 15, tzinfo=UTC)),
        ("", datetime(2026, 3, 10, 9, tzinfo=UTC)),
    ],
)
def test_it_is_the_same_hour_where_each_person_is(zones: str, due: datetime) -> None:
    assert timed().due(zones, TUESDAY - timedelta(days=1)) == due


def test_who_is_late_is_due_at_once() -> None:
    now = TUESDAY + timedelta(hours=1)
    assert timed().due("Pacific/Auckland", now) == now
    assert Timed(Timing(), TUESDAY, "Europe/Paris").due("Pacific/Auckland", now) == now


def test_a_time_that_the_clocks_leave_out_is_the_one_after_it() -> None:
    spring = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # 02:30 in New York is there; 02:30 in Paris is not
    skipped = Timed(Timing(how=How.LOCAL), datetime(2026, 3, 29, 2, 30, tzinfo=UTC), "UTC")
    assert skipped.due("Europe/Paris", spring) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_the_best_hour_of_a_person_and_an_arms_own_hour() -> None:
    early = TUESDAY - timedelta(days=1)
    assert timed(How.BEST).due("Europe/Paris", early, best=18) == TUESDAY + timedelta(hours=8)
    assert timed(How.MOMENT, hour=18).due("Pacific/Auckland", early) == TUESDAY + timedelta(hours=8)


def test_spreading_is_even() -> None:
    spread = Timed(Timing(spread_minutes=120), TUESDAY, "Europe/Paris")
    assert [spread.later(part) for part in (0.0, 0.5)] == [timedelta(), timedelta(hours=1)]


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(WrongTiming):
        check(Timing(how=How.LOCAL), None)
    with pytest.raises(WrongTiming):
        check(Timing(spread_minutes=0), TUESDAY)
    check(Timing(how=How.BEST, spread_minutes=60), TUESDAY)


def test_without_a_history_it_is_the_hour_of_everybody() -> None:
    habits = [0.0] * 24
    habits[17], habits[18], habits[3] = 40.0, 60.0, 500.0
    assert best_hour({}, habits) == 18, "and never in the night"
    assert best_hour({}, []) in HOURS
    assert best_hour({12: 20}, habits) == 12
    assert best_hour({12: 1}, habits) == 18, "one act is no habit"


def test_best_hours_bring_more_than_the_best_hour_for_all() -> None:
    """People with habits of their own click most at their hour: after a few clicks that hour is chosen.
    Against one hour for all, the best one that hindsight finds.
    """
    chance = Random(3)
    people = [(chance.choice([9, 12, 18, 19, 20]), chance.randrange(0, 12)) for _ in range(2_000)]
    own = [_clicks(chance, likes, n) for likes, n in people]
    habits = [float(sum(each.get(hour, 0) for each in own)) for hour in range(24)]
    chosen = sum(
        _likely(likes, best_hour(each, habits)) for (likes, _), each in zip(people, own, strict=True)
    )
    fixed = max(sum(_likely(likes, hour) for likes, _ in people) for hour in HOURS)
    assert chosen > 1.2 * fixed


def test_where_people_are_alike_best_hours_lose_next_to_nothing() -> None:
    chance = Random(5)
    own = [_clicks(chance, 18, chance.randrange(0, 12)) for _ in range(2_000)]
    habits = [float(sum(each.get(hour, 0) for each in own)) for hour in range(24)]
    chosen = sum(_likely(18, best_hour(each, habits)) for each in own)
    assert chosen > 0.95 * 2_000 * _likely(18, 18)


def _likely(likes: int, hour: int) -> float:
    """The probability of a click of somebody who likes an hour, at another."""
    return 0.02 + 0.10 * max(0.0, 1 - abs(likes - hour) / 2)


def _clicks(chance: Random, likes: int, n: int) -> dict[int, int]:
    weights = [_likely(likes, hour) for hour in range(24)]
    found: dict[int, int] = {}
    for hour in chance.choices(range(24), weights, k=n):
        found[hour] = found.get(hour, 0) + 1
    return found


def test_a_variants_hour_that_is_over_when_the_campaign_begins_is_said_to_be() -> None:
    tried = [
        Variant(letter=letter, name="", body="", sender_id=None, send_hour=hour)
        for letter, hour in (("A", None), ("B", 9), ("C", 10))
    ]
    paris = ZoneInfo("Europe/Paris")
    assert leaving(Timing(), TUESDAY, [], tried, paris).variants == [("B", 9, True), ("C", 10, False)]
    at_home = leaving(Timing(how=How.LOCAL), TUESDAY, [], tried, paris).variants
    assert at_home == [("B", 9, False), ("C", 10, False)], "their own nine o'clock is to come"
