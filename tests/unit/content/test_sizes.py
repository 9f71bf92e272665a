"""Where a picture fits inside a message."""

import pytest

from chappe.content.media.sizes import fits_in


@pytest.mark.parametrize(
    ("size", "where"),
    [
        (1, ("*",)),
        (300_000, ("*",)),
        (300_001, ("CA", "US")),
        (1_000_000, ("CA", "US")),
        (1_000_001, ()),
    ],
)
def test_a_picture_fits_where_every_carrier_takes_its_size(size: int, where: tuple[str, ...]) -> None:
    assert fits_in(size) == where
