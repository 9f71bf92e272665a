"""The list of checks: complete, in an order that protects the person first, and what the steps say of one."""

from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from uuid import UUID

from chappe.gate.checks import CHECKS, Asked
from chappe.gate.model import Code, Recipient, SenderFacts
from chappe.gate.service import Gate, Outcome
from chappe.messages.model import Purpose

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
SUNDAY = datetime(2026, 3, 15, 10, tzinfo=UTC)
SENDER = SenderFacts(UUID(int=1), "38200", False, UUID(int=7), True)


def test_every_code_belongs_to_a_check() -> None:
    told = {code for check in CHECKS for code in check.refusals}
    # Canceled: the campaign's wish, not the gate's.
    assert set(Code) - told == {Code.SEND, Code.CANCELED}
    assert len({check.name for check in CHECKS}) == len(CHECKS)


def test_the_first_step_that_does_not_pass_is_the_decision() -> None:
    """Every combination of facts, for every purpose, on a working day and on a Sunday."""
    facts = product(
        (None, 1),
        (112, 33600000001),
        (1, 2, 3),
        (True, False),
        (0, 1, 2),
        ("Europe/Paris", "Europe/Atlantis"),
    )
    recipients = [
        Recipient(contact, phone, state if contact else None, granted, suppressed, zones, "FR", None)
        for contact, phone, state, granted, suppressed, zones in facts
    ]
    seen = set()
    for purpose, now, priced, to_contacts in product(Purpose, (NOW, SUNDAY), (True, False), (True, False)):
        asked = Asked(purpose, SENDER, gate_now=now, real_now=now, to_contacts=to_contacts)
        gate = Gate(asked)
        for one in recipients:
            decision = gate.decide(one, priced=priced)
            steps = gate.steps(one, priced=priced)
            first = next((s for s in steps if s.outcome in (Outcome.REFUSED, Outcome.WAITS)), None)
            assert decision.code == (Code.SEND if first is None else first.code), (purpose, one, steps)
            seen.add(decision.code)
    assert {Code.SEND, Code.DEFERRED_HOURS, Code.NO_COMMON_HOUR, Code.NO_PRICE, Code.BAD_NUMBER} < seen


def test_what_a_purpose_has_no_need_of_is_not_asked() -> None:
    nobody = Recipient(None, 33600000001, None, False, 1, "Europe/Paris", None, None)
    gate = Gate(Asked(Purpose.TRANSACTIONAL, SENDER, gate_now=SUNDAY, real_now=SUNDAY))
    steps = {step.check: step.outcome for step in gate.steps(nobody, priced=True)}
    assert steps["consent"] == steps["hours"] == Outcome.NOT_ASKED
    assert steps["suppression"] == Outcome.PASSED


def test_the_explanation_names_every_check_in_order_and_every_code() -> None:
    text = (Path(__file__).parents[3] / "docs" / "explanations" / "gate.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == [check.name for check in CHECKS]
    for check, row in zip(CHECKS, rows, strict=True):
        assert all(f"`{code.reason}`" in row for code in check.refusals), check.name
