"""Sequence numbers and the time limit of what is unanswered."""

from hypothesis import given
from hypothesis import strategies as st

from chappe.smpp.constants import MAX_SEQUENCE
from chappe.smpp.window import Sequences, Window


@given(start=st.integers(MAX_SEQUENCE - 50, MAX_SEQUENCE), counts=st.lists(st.integers(1, 20), max_size=20))
def test_numbers_stay_in_range_and_batches_are_consecutive(start, counts):
    sequences = Sequences(start)
    for count in counts:
        first = sequences.take(count)
        assert first >= 1
        assert first + count - 1 <= MAX_SEQUENCE


def test_late_tokens_are_kept_within_bounds():
    window = Window(size=30_000, timeout=5.0)
    for sequence in range(1, 20_001):
        window.pending[sequence] = sequence * 10
    window.sent(1, 20_000, 0.0)
    assert window.expire(5.5) == []
    assert len(window.expire(6.0)) == 20_000
    assert len(window.overdue) == 10_000
    assert window.overdue[20_000] == 200_000
    assert window.room == 30_000


def test_a_wrap_starts_an_entry_of_its_own():
    window = Window(size=10, timeout=5.0)
    for first in (MAX_SEQUENCE, 1):
        window.pending[first] = first
        window.sent(first, first, 0.0)
    assert window.expire(6.0) == [MAX_SEQUENCE, 1]


def test_as_many_entries_as_seconds_whatever_the_rate():
    window = Window(size=10, timeout=60.0)
    for sequence in range(1, 50_001):
        window.sent(sequence, sequence, sequence / 10_000)
    assert len(window._sent) <= 6
