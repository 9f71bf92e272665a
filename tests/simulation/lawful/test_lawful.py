"""Imports, opt-ins, STOPs, campaigns, clocks that are set and processes that die, in drawn orders: no message
that the rules forbid reaches the carrier, says an oracle that was written apart from the gate.
"""

import pytest
from tests.simulation.lawful.sweep import BLOCKS, block, sweep


@pytest.mark.timeout(0)  # the long form takes half an hour; a run that does not end is found by its steps
@pytest.mark.parametrize("number", range(BLOCKS))
def test_nothing_unlawful_is_submitted(number: int, pytestconfig: pytest.Config) -> None:
    swept = sweep(block(number, long=pytestconfig.getoption("--faults") == "long"))
    assert swept.broken is None, f"seed {swept.broken.schedule.seed}: {swept.broken}"
    # Who says nothing breaks no rule: that much was said, and that much was not.
    assert swept.submitted > 2 * swept.runs
    assert swept.skipped > swept.runs
