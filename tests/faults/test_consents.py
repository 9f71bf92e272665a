"""The diary finds what must not have been sent."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.faults.consents import Diary, Words

from chappe.lab import checks

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("words", "at", "why"),
    [
        (Words(), 5, "never agreed"),
        (Words(agreed_ns=[6]), 5, "never agreed"),
        (Words(agreed_ns=[4]), 5, None),
        (Words(agreed_ns=[1], refused_ns=2), 1 + 2 * SECOND, "refused"),
        (Words(agreed_ns=[1], refused_ns=2), SECOND, None),
        (Words(agreed_ns=[1], stops=[(2, True)]), 1 + 3 * SECOND, "STOP"),
        (Words(agreed_ns=[1], stops=[(2, True), (SECOND, False)]), 3 * SECOND, None),
        (Words(agreed_ns=[1], stops=[(2, True), (4 * SECOND, False)]), 3 * SECOND, "STOP"),
    ],
)
def test_words_forbid(words: Words, at: int, why: str | None) -> None:
    found = words.forbid(at)
    assert found is None if why is None else found is not None and why in found


def test_the_hour_is_the_one_of_the_clock_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten in the morning by the first clock, ten at night by the second."""
    noon = datetime(2027, 3, 9, 9, tzinfo=UTC)
    submits = [_submit(number, noon) for number in (1, 2, 3)]
    monkeypatch.setattr(checks, "submits", lambda log: submits)
    diary = Diary(clock=[(0, timedelta()), (3 * SECOND, timedelta(hours=12))])
    diary.agree(["33612000001"], 0)
    count, broken = diary.broken(Path("log"), frozenset({"offer"}))
    assert count == 3
    assert broken == ["33612000001: it was Tuesday 2027-03-09 22:00:00"]


def _submit(second: int, moment: datetime) -> checks.Submitted:
    fields = dict.fromkeys(checks.Submitted.__struct_fields__)
    known = {
        "monotonic_ns": second * SECOND,
        "time_ns": int(moment.timestamp()) * SECOND,
        "destination": "33612000001",
        "text": "offer",
    }
    return checks.Submitted(**fields | known)
