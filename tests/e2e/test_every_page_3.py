"""Every page, part 3 of three."""

from typing import Any

import pytest
from tests.e2e.every_page import look_at_every_page


# Dozens of pages, each in two sizes and two schemes: minutes on a busy machine.
@pytest.mark.timeout(300)
@pytest.mark.parametrize("share", [4, 5])
def test_every_page_is_accessible_and_fits_in_light_and_dark_wide_and_narrow(
    pages: list[str], still: Any, share: int
) -> None:
    look_at_every_page(pages, still, share)
