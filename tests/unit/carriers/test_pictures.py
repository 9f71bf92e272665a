"""A picture goes inside a message where every carrier takes one of its size."""

import pytest

from chappe.carriers.model import CarrierKind
from chappe.carriers.pictures import all_take


@pytest.mark.parametrize(
    ("kinds", "size", "largest", "inside"),
    [
        ([CarrierKind.SMPP], 1, {}, False),
        ([CarrierKind.SMPP], 300_000, {CarrierKind.SMPP: 300_000}, True),
        ([CarrierKind.SMPP], 300_001, {CarrierKind.SMPP: 300_000}, False),
        ([], 1, {CarrierKind.SMPP: 300_000}, False),
    ],
)
def test_a_picture_goes_inside_where_every_carrier_takes_it(
    kinds: list[CarrierKind], size: int, largest: dict[CarrierKind, int], inside: bool
) -> None:
    assert all_take(kinds, size, largest) is inside


def test_no_carrier_of_today_takes_one() -> None:
    assert not any(all_take([kind], 1) for kind in CarrierKind)
