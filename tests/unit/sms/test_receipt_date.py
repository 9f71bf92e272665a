"""Dates of receipts."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.sms.receipt_date import read_date


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2611221454", datetime.fromisoformat("2026-11-22T14:54")),
        ("261122145407", datetime.fromisoformat("2026-11-22T14:54:07")),
        ("202611221454", datetime.fromisoformat("2026-11-22T14:54")),
        ("20261122145407", datetime.fromisoformat("2026-11-22T14:54:07")),
        ("2026-11-22 14:54:07", datetime.fromisoformat("2026-11-22T14:54:07")),
        ("2026-11-22T14:54", datetime.fromisoformat("2026-11-22T14:54")),
        (" 2611221454 ", datetime.fromisoformat("2026-11-22T14:54")),
        ("261122145407004+", datetime.fromisoformat("2026-11-22T14:54:07")),
        ("261122145407004-", datetime.fromisoformat("2026-11-22T14:54:07")),
        ("", None),
        ("0000000000", None),
        ("261122", None),
        ("2613221454", None),
        ("26112214540", None),
        ("000002000000000R", None),
        ("٢٦١١٢٢١٤٥٤", None),
    ],
)
def test_read_date(value: str, expected: datetime | None) -> None:
    assert read_date(value) == expected


@given(st.text(st.sampled_from("0123456789-+:. T٣é"), max_size=18))
def test_never_raises(value: str) -> None:
    assert read_date(value) is None or isinstance(read_date(value), datetime)


@given(
    st.datetimes(datetime.fromisoformat("2013-01-01T00:00"), datetime.fromisoformat("2099-12-31T00:00")),
    st.sampled_from(["%y", "%Y"]),
    st.booleans(),
)
def test_every_date_of_our_time_is_read(when: datetime, year: str, seconds: bool) -> None:
    when = when.replace(microsecond=0, second=when.second if seconds else 0)
    assert read_date(when.strftime(f"{year}%m%d%H%M" + ("%S" if seconds else ""))) == when
