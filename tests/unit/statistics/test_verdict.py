"""Who wins, and what is said when nobody does."""

import pytest

from chappe.statistics import verdict
from chappe.statistics.arms import Arm, Kind
from chappe.statistics.verdict import Verdict, Why, decide


def test_a_winner_beats_every_other() -> None:
    arms = [Arm("A", 2_000, 80), Arm("B", 2_000, 150), Arm("C", 2_000, 85)]
    assert decide(arms, Kind.SHARE) == Verdict("B", "B", Why.SURE)


def test_one_that_is_close_keeps_the_best_from_winning() -> None:
    found = decide([Arm("A", 2_000, 80), Arm("B", 2_000, 150), Arm("C", 2_000, 135)], Kind.SHARE)
    assert (found.winner, found.leader, found.why) == (None, "B", Why.MORE)
    assert found.needed is not None


def test_about_so_many_more_are_enough_if_all_goes_on() -> None:
    arms = [Arm("A", 1_000, 50), Arm("B", 1_000, 65)]
    found = decide(arms, Kind.SHARE)
    assert found.needed is not None
    times = 1 + found.needed / 2_000
    later = [Arm(a.letter, round(a.people * times), round(a.acted * times)) for a in arms]
    assert decide(later, Kind.SHARE).winner == "B"
    sooner = [Arm(a.letter, round(a.people * times * 0.9), round(a.acted * times * 0.9)) for a in arms]
    assert decide(sooner, Kind.SHARE).winner is None


def test_more_variants_need_more_evidence() -> None:
    two = [Arm("A", 1_000, 50), Arm("B", 1_000, 92)]
    four = [Arm(letter, 0, 0) for letter in "CDEF"]
    assert decide(two, Kind.SHARE).winner == "B"
    assert decide([*two, Arm("C", 1_000, 50)], Kind.SHARE).winner is None
    assert decide([*two, *four], Kind.SHARE).winner is None


def test_nobody_who_acts_names_nobody() -> None:
    assert decide([Arm("A", 500, 0), Arm("B", 500, 0)], Kind.SHARE) == Verdict(None, None, Why.QUIET)


def test_what_is_alike_is_said() -> None:
    found = decide([Arm("A", 5_000, 500), Arm("B", 5_000, 500)], Kind.SHARE)
    assert (found.winner, found.why, found.needed) == (None, Why.ALIKE, None)


def test_of_equals_the_first_leads() -> None:
    assert decide([Arm("A", 100, 5), Arm("B", 100, 5)], Kind.SHARE).leader == "A"


def test_a_variant_that_people_leave_cannot_win() -> None:
    arms = [Arm("A", 2_000, 80, left=6), Arm("B", 2_000, 150, left=70), Arm("C", 2_000, 85, left=5)]
    found = decide(arms, Kind.SHARE, most_left=0.01)
    assert found.stopped == ("B",)
    assert (found.winner, found.leader) == (None, "C")


def test_the_last_one_goes_on() -> None:
    arms = [Arm("A", 2_000, 80, left=6), Arm("B", 2_000, 150, left=70)]
    assert decide(arms, Kind.SHARE, most_left=0.01) == Verdict("A", "A", Why.ALONE, stopped=("B",))
    assert decide(arms, Kind.SHARE, stopped=["A"]) == Verdict("B", "B", Why.ALONE, stopped=("A",))
    assert decide(arms, Kind.SHARE, stopped=["A", "B"]).why is Why.STOPPED


def test_a_few_who_leave_early_stop_nothing() -> None:
    assert not verdict.too_many_left(Arm("A", 20, 0, left=1), 0.01, 2)
    assert not verdict.too_many_left(Arm("A", 5_000, 0, left=55), 0.01, 2)
    assert verdict.too_many_left(Arm("A", 5_000, 0, left=110), 0.01, 2)
    assert not verdict.too_many_left(Arm("A", 5_000, 0, left=5_000), None, 2)


def test_revenue_names_who_brings_more_though_fewer_buy() -> None:
    arms = [
        Arm("A", 5_000, 400, worth=8_000, squares=200_000),
        Arm("B", 5_000, 350, worth=21_000, squares=1_500_000),
    ]
    assert decide(arms, Kind.SHARE).winner is None
    assert decide(arms, Kind.WORTH).winner == "B"


@pytest.mark.parametrize(
    ("people", "said"), [(0.2, 1), (87, 87), (101, 110), (4_233, 4_300), (99_500, 100_000)]
)
def test_a_forecast_has_two_figures(people: float, said: int) -> None:
    assert verdict.rounded(people) == said
