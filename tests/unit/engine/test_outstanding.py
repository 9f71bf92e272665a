"""What comes of parts that were in the window."""

from datetime import UTC, datetime
from uuid import UUID

from chappe.engine.composition import Composed
from chappe.engine.held import HeldChunk
from chappe.engine.lanes import Lanes
from chappe.engine.model import ClaimedChunk, Outgoing
from chappe.engine.outstanding import Outstanding
from chappe.engine.tokens import single
from chappe.engine.wakes import Wakes
from chappe.kit.clock import FakeClock
from chappe.messages.model import MessageState, Purpose

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)


def submitted(lane: Purpose) -> Outstanding:
    """One message of that lane in the window, whose answer does not come."""
    clock = FakeClock(NOW)
    out = Outstanding(
        7, Lanes(), wakes=Wakes(), clock=clock, gate_clock=clock, overrides={},
        slow_down=lambda: None, pause=lambda: None, sender_refused=lambda chunk, status: None,
    )  # fmt: skip
    route = UUID(int=1)
    chunk = ClaimedChunk(1, 1, 1, route, "36180", int(lane), 100, 101, NOW, None, None, None, 0, None, 1)
    message = Outgoing([100], [33_600_000_000], ["text"], {}, {}, frozenset())
    held = HeldChunk(chunk, message, Composed([single(100)], [b""], {}, {}), 7)
    out.held[1] = held
    out.submitted(held, held.take(1, 0.0, cut=True)[0])
    out.unanswered([single(100)])
    return out


def test_an_answer_that_comes_late_is_taken() -> None:
    out = submitted(Purpose.MARKETING)
    assert [row.state for row in out.held[1].rows] == [MessageState.UNKNOWN]
    out.late_answers([(single(100), 0, b"abc")], lambda message: 1)
    assert [(one.id, one.provider_id) for one in out.late] == [(100, "abc")]


def test_a_late_answer_says_nothing_of_a_password_that_is_sent_again() -> None:
    """The second submit has its own id: a receipt of the first would look for a row that is not there."""
    out = submitted(Purpose.OTP)
    assert [message for message, _ in out.held[1].later] == [100]
    out.late_answers([(single(100), 0, b"abc")], lambda message: 1)
    assert out.late == []
