"""A page of a campaign as rows of the ledger: as `rows_of` does for single messages, but by columns."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from chappe.gate.model import REASONS
from chappe.gate.rulings import NO_RULES, Numbers, number_of
from chappe.messages.model import MessageState, NewBlock, NewChunk, RunDelta
from chappe.sending.model import Batch
from chappe.sending.rows import Common, Group, chunks_of, soonest_first


class Planned(NamedTuple):
    """What to write of one page of a run; `at` is when it was decided (real time)."""

    blocks: list[NewBlock]
    chunks: list[NewChunk]
    deltas: list[RunDelta]
    at: datetime


class Filling(Protocol):
    """Puts into the texts of messages what they get last: the codes of their links and offers."""

    def fill(self, texts: Sequence[str], first_id: int) -> Sequence[str]:
        """The texts of messages whose ids follow one another from `first_id` on."""
        ...


def planned(
    batches: Sequence[Batch],
    common: Common,
    first_id: int,
    real_now: datetime,
    numbers: Numbers = NO_RULES,
    fillings: Sequence[Filling] = (),
) -> Planned:
    """Rows with ids from `first_id` on, one for each recipient of the batches."""
    groups: dict[Group, list[Batch]] = {}
    skipped: list[Batch] = []
    for batch in batches:
        group = Group.of(batch.decision, batch.zones, batch.route_id)
        (skipped if group is None else groups.setdefault(group, [])).append(batch)
    blocks: list[NewBlock] = []
    chunks: list[NewChunk] = []
    next_id = first_id
    for group, members in soonest_first(groups):
        lo = next_id
        for batch in members:
            blocks.append(_block(batch, common, next_id, numbers, fillings))
            next_id += len(batch.phones)
        chunks += chunks_of(group, common, lo, next_id - lo)
    for batch in skipped:
        blocks.append(_block(batch, common, next_id, numbers))
        next_id += len(batch.phones)
    return Planned(blocks, chunks, list(_deltas(blocks)), real_now)


def _block(
    batch: Batch, common: Common, first_id: int, numbers: Numbers, fillings: Sequence[Filling] = ()
) -> NewBlock:
    assert common.run_id is not None  # pages are of a run
    decision, _, contact_ids, phones, texts, encoding, parts, _ = batch
    if texts is not None:
        for filling in fillings:
            texts = filling.fill(texts, first_id)
    reason = REASONS[decision.code] if decision.skipped else None
    return NewBlock(
        first_id, common.workspace_id, common.run_id, int(common.purpose), encoding, parts,
        number_of(decision, numbers), common.expires_at, phones, contact_ids, texts, reason,
    )  # fmt: skip


def _deltas(blocks: Sequence[NewBlock]) -> Iterator[RunDelta]:
    """Changes to the run's counts: those queued, with the parts planned, and those skipped, by reason."""
    for block in blocks:
        state = MessageState.QUEUED if block.reason is None else MessageState.SKIPPED
        n = len(block.phones)
        yield RunDelta(block.workspace_id, block.run_id, state, block.reason or "", n, n * block.parts)
