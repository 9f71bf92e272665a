import pytest

from chappe.kit.backoff import full_jitter


@pytest.mark.parametrize(("attempt", "bound"), [(0, 1.0), (1, 2.0), (5, 32.0), (6, 60.0), (10_000, 60.0)])
def test_the_bound_doubles_up_to_the_cap(attempt: int, bound: float) -> None:
    assert full_jitter(attempt, base=1.0, cap=60.0, random=lambda: 1.0) == bound
    assert full_jitter(attempt, base=1.0, cap=60.0, random=lambda: 0.0) == 0.0
    assert full_jitter(attempt, base=1.0, cap=60.0, random=lambda: 0.25) == bound / 4


def test_draws_differ() -> None:
    assert len({full_jitter(3) for _ in range(50)}) > 40


def test_attempts_count_from_zero() -> None:
    with pytest.raises(ValueError, match="from 0"):
        full_jitter(-1)
