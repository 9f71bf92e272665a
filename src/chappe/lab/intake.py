"""What a carrier makes of a batch of submits, before any effect: answers, ids, fates and receipts."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import repeat

import msgspec

from chappe.lab.message_ids import IdMint
from chappe.lab.receipts import Facts, Fates, facts_of, receipt_date, with_state
from chappe.lab.refusals import Refusals
from chappe.lab.scenario import CarrierScenario
from chappe.smpp.constants import MessageState
from chappe.smpp.pdu import Reply
from chappe.smpp.submits import Submits

_FINAL_STATES = (MessageState.DELIVERED, MessageState.UNDELIVERABLE, MessageState.EXPIRED)


class Taken(msgspec.Struct, frozen=True):
    """`states[i]` is the fate of `accepted[i]`. `early` receipts go out before the answers, `receipts` after
    their delay.
    """

    replies: list[Reply]
    accepted: Submits
    states: list[int]
    early: list[Facts]
    receipts: list[Facts]
    refused: int


class Intake:
    """Applies a scenario to batches of submits. All chance comes from `rng`."""

    def __init__(
        self,
        scenario: CarrierScenario,
        rng: random.Random,
        mint: IdMint,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._answers = scenario.answers
        self._receipts = scenario.receipts
        self._rng = rng
        self._wall = wall
        self._refusals = Refusals(scenario.answers, rng)
        self._mint = mint
        self._fates = Fates(scenario.receipts, rng)
        plan = scenario.receipts
        self._plain = not (plan.never or plan.enroute or plan.contradict or plan.before_answer) and (
            plan.copies == 1 and not plan.reorder
        )

    def take(self, batch: Submits, now: float) -> Taken:
        """Judge `batch`, read at `now` (monotonic seconds)."""
        verdicts = self._refusals.judge(batch, now)
        accepted = batch if verdicts is None else batch.select([not verdict for verdict in verdicts])
        ids, receipt_ids = self._mint.mint(len(accepted))
        states = self._fates.draw(accepted)
        facts = facts_of(accepted, receipt_ids, states, receipt_date(self._wall()))
        early, late = ([], facts) if self._plain else self._disturb(facts)
        return Taken(
            self._replies(batch, verdicts, ids), accepted, states, early, late, len(batch) - len(accepted)
        )

    def _replies(self, batch: Submits, verdicts: list[int] | None, ids: list[bytes]) -> list[Reply]:
        if verdicts is None:
            replies: list[Reply] = list(zip(batch.sequences, repeat(0), ids))
        else:
            given = iter(ids)
            replies = [
                (sequence, verdict, b"" if verdict else next(given))
                for sequence, verdict in zip(batch.sequences, verdicts, strict=True)
            ]
        if self._answers.never:
            replies = [reply for reply in replies if self._rng.random() >= self._answers.never]
        return replies

    def _disturb(self, facts: list[Facts]) -> tuple[list[Facts], list[Facts]]:
        """The receipts with everything that carriers do to them, as (early, late)."""
        plan, draw = self._receipts, self._rng.random
        early: list[Facts] = []
        late: list[Facts] = []
        copies: list[Facts] = []
        for fact in facts:
            if draw() < plan.never:
                continue
            target = early if draw() < plan.before_answer else late
            if draw() < plan.enroute:
                target.append(with_state(fact, int(MessageState.ENROUTE)))
            target.append(fact)
            copies.extend([fact] * (plan.copies - 1))
            if draw() < plan.contradict:
                others = [state for state in _FINAL_STATES if state != fact[4]]
                copies.append(with_state(fact, int(self._rng.choice(others))))
        late.extend(copies)
        if plan.reorder:
            self._rng.shuffle(late)
        return early, late
