"""Progress where nobody looks: a line now and then, and none for what has not moved."""

from types import SimpleNamespace

import pytest

from chappe.cli import progress


def test_lines_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: now))
    with progress.bar("sent", None) as advance:
        advance(500, 3_000)
        now += 6
        advance(1_200, 3_000)
        now += 1
        advance(1_300, 3_000)
        now += 6
        advance(1_200, 3_000)
        advance(1_300, None)
        advance(1_400, None)
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "sent: 1,200 of 3,000\nsent: 1,300\n"
