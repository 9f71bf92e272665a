"""Receipts that say "delivered", in columns: nearly all receipts, and the cheapest way for them.

Everything else (failures, parts of long texts, ids in disguise, copies) is handed to `Receipts`, one receipt
at a time.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from chappe.engine.model import Accepted
from chappe.engine.provider_map import ProviderMap
from chappe.engine.tokens import SEVERAL, SHIFT
from chappe.messages.model import MessageState
from chappe.sms.receipt_batch import latin_1

_DELIVERED: Final = int(MessageState.DELIVERED)


class FinalReceipt(NamedTuple):
    """A final receipt. `sequence` is answered after commit, in the session `epoch`; `parked`: its row, if
    any.
    """

    provider_id: str
    state: int
    error: str | None
    sequence: int
    epoch: int
    parked: int = 0


class DeliveredRun(NamedTuple):
    """Receipts of messages of one PDU, read together and matched."""

    ids: list[int]
    provider_ids: list[str]
    sequences: list[int]
    epoch: int


class EarlyRun(NamedTuple):
    """Receipts read together, before the submits that they are of were committed."""

    since: float
    provider_ids: list[str]
    sequences: list[int]
    epoch: int

    def receipts(self) -> Iterator[FinalReceipt]:
        for name, sequence in zip(self.provider_ids, self.sequences, strict=True):
            yield FinalReceipt(name, _DELIVERED, None, sequence, self.epoch)


class DeliveredRuns:
    """Of one link. `matched` may be applied; `early` wait for their submits."""

    def __init__(self, known: ProviderMap) -> None:
        self.matched: list[DeliveredRun] = []
        self.early: list[EarlyRun] = []
        self._map = known

    def sent(self, batch: Accepted) -> None:
        """Committed: their receipts may be applied."""
        self._map.sent_all(latin_1(batch.provider_ids), [message << SHIFT for message in batch.ids])

    def take(self, run: EarlyRun) -> list[tuple[FinalReceipt, int | None]]:
        """Match what can be; returns what needs the other way: receipts of parts, with their tokens, and
        those that memory knows otherwise.
        """
        if not self._map.plain:
            return [(receipt, None) for receipt in run.receipts()]
        tokens = self._map.delivered_all(run.provider_ids)
        ids = [token >> SHIFT for token in tokens if token is not None and not token & SEVERAL]
        if len(ids) == len(tokens):
            self.matched.append(DeliveredRun(ids, run.provider_ids, run.sequences, run.epoch))
            return []
        return self._take_apart(run, tokens)

    def _take_apart(
        self, run: EarlyRun, tokens: Sequence[int | None]
    ) -> list[tuple[FinalReceipt, int | None]]:
        matched = DeliveredRun([], [], [], run.epoch)
        early = run._replace(provider_ids=[], sequences=[])
        others = []
        for receipt, token in zip(run.receipts(), tokens, strict=True):
            if token is None and self._map.settled_before(receipt.provider_id) is None:
                early.provider_ids.append(receipt.provider_id)
                early.sequences.append(receipt.sequence)
            elif token is None or token & SEVERAL:
                others.append((receipt, token))
            else:
                matched.ids.append(token >> SHIFT)
                matched.provider_ids.append(receipt.provider_id)
                matched.sequences.append(receipt.sequence)
        if matched.ids:
            self.matched.append(matched)
        if early.sequences:
            self.early.append(early)
        return others

    def take_early(self) -> list[tuple[FinalReceipt, int | None]]:
        """`take` of those that wait, after a commit."""
        waiting, self.early = self.early, []
        return [other for run in waiting for other in self.take(run)]

    def overdue(self, limit: float) -> list[EarlyRun]:
        """Those that wait since `limit` or longer; the caller's now. All of them once ids are in disguise."""
        late = [run for run in self.early if run.since <= limit or not self._map.plain]
        self.early = [run for run in self.early if run.since > limit and self._map.plain]
        return late

    def gather(self, most: int) -> list[DeliveredRun]:
        """The next that are matched, about `most` messages."""
        count = place = 0
        while place < len(self.matched) and count < most:
            count += len(self.matched[place].ids)
            place += 1
        found, self.matched = self.matched[:place], self.matched[place:]
        return found
