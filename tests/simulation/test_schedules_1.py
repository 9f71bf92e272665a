"""Drawn schedules, part 1 of two, which two processes share: every promise holds in each. See `sweep`."""

import pytest
from tests.simulation.sweep import BLOCKS, block, every_promise_holds


@pytest.mark.timeout(0)  # the long form takes hours; a run that does not end is found by its steps
@pytest.mark.parametrize("number", range(BLOCKS // 2))
def test_every_promise_holds(number: int, pytestconfig: pytest.Config) -> None:
    every_promise_holds(block(number, long=pytestconfig.getoption("--faults") == "long"))
