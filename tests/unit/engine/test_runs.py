"""Which run a message belongs to."""

from chappe.engine.model import RunRange
from chappe.engine.runs import Runs


def test_finds_the_run_whose_range_holds_the_message() -> None:
    runs = Runs()
    runs.add(RunRange(lo=200, hi=300, run_id=2, workspace_id=1))
    runs.add(RunRange(lo=100, hi=150, run_id=1, workspace_id=1))

    assert runs.tally([99, 100, 149, 150, 200, 299, 300]) == [(1, 2), (2, 2)]
    assert (runs.run_of(120), runs.run_of(170)) == (1, None)


def test_a_run_without_recipients_does_not_hide_the_next() -> None:
    """It took no id, so its empty range begins where the next run's begins."""
    runs = Runs()
    runs.add(RunRange(lo=100, hi=100, run_id=1, workspace_id=1))
    runs.add(RunRange(lo=100, hi=110, run_id=2, workspace_id=1))

    assert runs.run_of(100) == 2
