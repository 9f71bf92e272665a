"""What the tests of the command share, as fixtures."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests import installation


@pytest.fixture
def until() -> Callable[..., Awaitable[Any]]:
    """Waits for a condition, with a bound: `await until(condition, what)`."""
    return installation.until
