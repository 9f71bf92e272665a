"""How many people a campaign will lose, told by those before it."""

from random import Random

from chappe.campaigns.forecasting import Past, forecast


def test_without_a_campaign_before_nothing_is_told() -> None:
    assert forecast([], 1_000) is None
    assert forecast([Past(5, 0)], 1_000) is None, "a handful of messages tells nothing"
    assert forecast([Past(1_000, 8)], 0) is None


def test_alike_campaigns_tell_it_closely_and_different_ones_do_not() -> None:
    alike = forecast([Past(10_000, 50)] * 6, 10_000)
    different = forecast([Past(10_000, n) for n in (5, 120, 20, 90, 10, 55)], 10_000)
    assert 45 < alike.expected < 55
    assert alike.high - alike.low < 50
    assert different.high - different.low > 100
    assert different.low >= 0


def test_the_interval_holds_what_comes_in_about_95_of_100_cases() -> None:
    chance = Random(7)
    held = 0
    for _ in range(400):
        shares = [chance.betavariate(4, 396) for _ in range(13)]
        before = [Past(n := chance.randrange(500, 3_000), _drawn(chance, n, share)) for share in shares[:12]]
        told = forecast(before, 2_000)
        held += told.low <= _drawn(chance, 2_000, shares[12]) <= told.high
    assert 0.90 <= held / 400 <= 0.99


def _drawn(chance: Random, n: int, share: float) -> int:
    return sum(chance.random() < share for _ in range(n))
