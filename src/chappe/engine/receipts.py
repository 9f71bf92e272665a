"""Receipts on their way into the ledger: read, matched, kept when they come too early, answered after
commit.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Final, NamedTuple

from chappe.engine.model import FinalStates, LateAnswer, ParkedReceipt, ReceiptRow, Results
from chappe.engine.provider_map import DELIVERED as SETTLED_DELIVERED
from chappe.engine.provider_map import MOST_WAITING, ProviderMap
from chappe.engine.receipt_runs import DeliveredRun, DeliveredRuns, EarlyRun, FinalReceipt
from chappe.engine.runs import Runs
from chappe.engine.tokens import SEVERAL, count_of, index_of, message_of, single, tokens_of
from chappe.engine.wakes import Wakes
from chappe.kit.clock import Clock
from chappe.messages.model import MessageState
from chappe.smpp.constants import Tag
from chappe.smpp.pdu import Message, Tlvs
from chappe.smpp.receipt_runs import ReceiptRun
from chappe.sms.provider_ids import IdMode
from chappe.sms.receipt import ReceiptState, looks_like_receipt, parse
from chappe.sms.receipt_batch import CommonReceipt, latin_1, parse_batch

# SMPP 3.4 section 5.2.12, bits 5 to 2: 1 delivery receipt, 2 delivery and 4 user acknowledgement of a phone,
# 8 intermediate notification.
_TYPE = 0b00111100
_RECEIPT = 0b00000100
_INTERMEDIATE = 0b00100000
# How long a receipt waits in memory for the answer to its submit, before the ledger is asked.
_EARLY_WAIT = 1.0
# To see whether receipts are in disguise all that waits is read: every second at first, seldom on a link that
# keeps bringing receipts of messages that are not ours.
_LOOK_FIRST, _LOOK_MOST = 1.0, 60.0

_STATES: Final = {
    ReceiptState.DELIVERED: int(MessageState.DELIVERED),
    ReceiptState.UNDELIVERABLE: int(MessageState.UNDELIVERED),
    ReceiptState.DELETED: int(MessageState.UNDELIVERED),
    ReceiptState.SKIPPED: int(MessageState.UNDELIVERED),
    ReceiptState.EXPIRED: int(MessageState.EXPIRED),
    ReceiptState.REJECTED: int(MessageState.REJECTED),
}
_DELIVERED: Final = int(MessageState.DELIVERED)
_TAG_ID: Final = int(Tag.RECEIPTED_MESSAGE_ID)
_TAG_STATE: Final = int(Tag.MESSAGE_STATE)


class Matched(NamedTuple):
    token: int
    receipt: FinalReceipt


class Early(NamedTuple):
    """Of no message in memory. `asked`: nor in the days that are indexed."""

    since: float
    receipt: FinalReceipt
    asked: bool = False


@dataclass(slots=True)
class ReceiptBatch:
    """One transaction of the receipt flusher, and what is answered after it."""

    found: FinalStates
    delivered: list[DeliveredRun]
    taken: list[Matched]

    def __len__(self) -> int:
        return len(self.taken) + len(self.found.delivered)

    def receipts_of(self, messages: Set[int]) -> Iterator[FinalReceipt]:
        """The receipts that these messages were found by."""
        for one in self.taken:
            if message_of(one.token) in messages:
                yield one.receipt
        for run in self.delivered:
            for message, name, sequence in zip(run.ids, run.provider_ids, run.sequences, strict=True):
                if message in messages:
                    yield FinalReceipt(name, _DELIVERED, None, sequence, run.epoch)

    def deliveries(self) -> Iterator[tuple[int, Sequence[int]]]:
        """Epochs and the sequences to answer in them."""
        for run in self.delivered:
            yield run.epoch, run.sequences
        for one in self.taken:
            yield one.receipt.epoch, (one.receipt.sequence,)


class Receipts:
    """Of one link. `take` is called with what was read; flushers take batches out."""

    def __init__(
        self,
        mode: IdMode,
        *,
        by_text: bool,
        runs: Runs,
        wakes: Wakes,
        clock: Clock,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self.map = ProviderMap(mode, most_waiting)
        self.runs = runs
        self.inbound: list[tuple[Message, int]] = []
        # Nothing to commit for these: intermediate, or a second copy. (sequence, epoch)
        self.answerable: list[tuple[int, int]] = []
        self.matched: list[Matched] = []
        self.delivered = DeliveredRuns(self.map)
        self.early: list[Early] = []
        self.parked: dict[str, ParkedReceipt] = {}
        self.taken = 0
        self._look_at = 0.0
        self._look_pause = _LOOK_FIRST
        self._by_text = by_text
        self._wakes = wakes
        self._clock = clock

    def take(self, batch: Sequence[Message], epoch: int) -> None:
        """Sort what the carrier delivered: receipts from people's messages."""
        receipts = []
        for message in batch:
            kind = message.esm_class & _TYPE
            if kind == _RECEIPT or (
                kind == 0 and self._by_text and looks_like_receipt(message.short_message)
            ):
                receipts.append(message)
            elif kind == _INTERMEDIATE:
                self.answerable.append((message.sequence, epoch))
            else:
                self.inbound.append((message, epoch))
        if receipts:
            self._read(receipts, epoch)
        if self.inbound:
            self._wakes.inbound.set()
        self._wakes.receipts.set()

    def take_run(self, run: ReceiptRun, epoch: int) -> None:
        """Receipts read one after the other that say the same."""
        if run.state is not ReceiptState.DELIVERED:
            self.take(run.messages(), epoch)
            return
        self.taken += len(run.ids)
        read = EarlyRun(self._clock.monotonic(), latin_1(run.ids), run.sequences, epoch)
        self._take_others(self.delivered.take(read))
        self._wakes.receipts.set()

    def _take_others(self, others: Iterable[tuple[FinalReceipt, int | None]]) -> None:
        for receipt, token in others:
            if token is None:
                self._match(receipt, None)
            else:
                self.matched.append(Matched(token, receipt))

    @property
    def waiting(self) -> int:
        """How many receipts there are to apply."""
        return len(self.matched) + sum([len(run.ids) for run in self.delivered.matched])

    def committed(self, results: Results) -> None:
        """Results are in the ledger: their receipts may be applied, those that came early among them."""
        for batch in results.accepted:
            self.delivered.sent(batch)
        sent = self.map.sent
        for row in results.rows:
            if row.provider_id is None:
                continue
            if row.more_ids is None:
                sent(row.provider_id, single(row.id))
            else:
                ids = (row.provider_id, *row.more_ids)
                for token, provider_id in zip(tokens_of(row.id, len(ids)), ids, strict=True):
                    if provider_id:
                        sent(provider_id, token)
        self._match_waiting()

    def accepted_late(self, answers: Sequence[LateAnswer]) -> None:
        """Messages that had been given up have their ids: their receipts may be applied."""
        for one in answers:
            self.map.sent(one.provider_id, single(one.id))
        self._match_waiting()

    def _match_waiting(self) -> None:
        """The parked ones came first: a failure that is still here must not hide their success."""
        if self.parked:
            self.match_parked()
        if self.early or self.delivered.early:
            self._match_early()

    def _match_early(self) -> None:
        waiting, self.early = self.early, []
        for one in waiting:
            self._match(one.receipt, one)
        self._take_others(self.delivered.take_early())
        self._wakes.receipts.set()

    def match_parked(self) -> None:
        """Parked receipts whose message is known by now."""
        found = [key for key in self.parked if self.map.known(key)]
        for key in found:
            parked = self.parked.pop(key, None)
            if parked is None:
                continue
            for other in [name for name, one in self.parked.items() if one.id == parked.id]:
                del self.parked[other]
            token = self.map.settle(parked.provider_id, delivered=parked.state == _DELIVERED)
            if token is None:
                token = self.map.settled_before(parked.provider_id)
            if token is not None and token != SETTLED_DELIVERED:
                receipt = FinalReceipt(parked.provider_id, parked.state, parked.error, 0, -1, parked.id)
                self.matched.append(Matched(token, receipt))
        if found:
            self._wakes.receipts.set()

    def keep_parked(self, receipts: Sequence[ParkedReceipt]) -> None:
        """Their message may have come while they were written."""
        known = False
        for one in receipts:
            for key in self.map.keys(one.provider_id):
                before = self.parked.get(key)
                # Of two that contradict each other the success counts, whichever came first.
                if before is None or before.state != _DELIVERED:
                    self.parked[key] = one
                known = known or self.map.known(key)
        if known:
            self.match_parked()

    def overdue(self) -> list[FinalReceipt]:
        """Receipts that waited in vain for their submit; they are the caller's now."""
        limit = self._clock.monotonic() - _EARLY_WAIT
        self._take_apart(limit)
        late = [one for one in self.early if one.since <= limit]
        if (late or self.parked) and self._see_through(late):
            late = [one for one in self.early if one.since <= limit]
        if late:
            self.early = [one for one in self.early if one.since > limit]
        return [one.receipt for one in late]

    def _see_through(self, late: Sequence[Early]) -> bool:
        """Whether receipts that nothing is known of turn out to be in disguise. The parked ones as well: they
        may have come before any message of the link was committed.
        """
        now = self._clock.monotonic()
        if now < self._look_at or not self.map.plain or not len(self.map.waiting):
            return False
        self._look_at = now + self._look_pause
        self._look_pause = min(2 * self._look_pause, _LOOK_MOST)
        names = [one.receipt.provider_id for one in late]
        if not self.map.see_through([*names, *(one.provider_id for one in self.parked.values())]):
            return False
        parked, self.parked = {one.id: one for one in self.parked.values()}, {}
        self.keep_parked(list(parked.values()))
        self._match_early()
        return True

    def _take_apart(self, limit: float) -> None:
        """Receipts read together that came too early, until `limit`: each for itself from now on."""
        for run in self.delivered.overdue(limit):
            self.early += [Early(run.since, receipt) for receipt in run.receipts()]

    def unasked(self, most: int) -> list[FinalReceipt]:
        """Receipts whose message memory may have forgotten, not looked up yet; the caller's now."""
        if self.map.forgotten is None:
            return []
        self._take_apart(self._clock.monotonic())
        fresh = [one.receipt for one in self.early if not one.asked][:most]
        if fresh:
            taken = set(map(id, fresh))
            self.early = [one for one in self.early if id(one.receipt) not in taken]
        return fresh

    def put_back(self, receipts: Sequence[FinalReceipt], *, asked: bool) -> None:
        """They wait on; meanwhile memory may have come to know them."""
        now = self._clock.monotonic()
        for one in receipts:
            self._match(one, Early(now, one, asked))

    def gather(self, most: int) -> ReceiptBatch:
        """The next matched receipts, one row per message: an UPDATE joins each row once."""
        delivered = self.delivered.gather(most)
        ids = [message for run in delivered for message in run.ids]
        left = max(0, most - len(ids))
        taken, self.matched = self.matched[:left], self.matched[left:]
        rows: dict[int, ReceiptRow] = {}
        for token, receipt in taken:
            message, bit, count, state = message_of(token), 1, 1, receipt.state
            if token & SEVERAL:
                bit, count = 1 << index_of(token), count_of(token)
            before = rows.get(message)
            if before is not None:
                rows[message] = _joined(before, bit, receipt)
            elif state == _DELIVERED:
                rows[message] = ReceiptRow(message, count, bit, 0, state, None)
            else:
                rows[message] = ReceiptRow(message, count, bit, bit, state, receipt.error)
        if rows:
            # Found by a look-up while memory came to know it, and a copy came: delivered is what counts.
            for message in rows.keys() & set(ids):
                del rows[message]
        parked = [receipt.parked for _, receipt in taken if receipt.parked]
        return ReceiptBatch(FinalStates(ids, list(rows.values()), parked), delivered, taken)

    def _read(self, messages: Sequence[Message], epoch: int) -> None:
        self.taken += len(messages)
        common = parse_batch([message.short_message for message in messages])
        for message, quick in zip(messages, common, strict=True):
            read = _read_delivered(message.tlvs) if message.tlvs else quick
            if read is None:
                receipt = parse(message.text, dict(message.tlvs))
                if receipt.id is None or receipt.state is None:
                    self.answerable.append((message.sequence, epoch))
                    continue
                read = (receipt.id, receipt.state, "", receipt.error or "")
            provider_id, state, _, error = read
            final = _STATES.get(state)
            if final is None:
                self.answerable.append((message.sequence, epoch))
                continue
            reason = None if final == _DELIVERED else f"err:{error}" if error else state.name.lower()
            self._match(FinalReceipt(provider_id, final, reason, message.sequence, epoch), None)

    def _match(self, receipt: FinalReceipt, before: Early | None) -> None:
        delivered = receipt.state == _DELIVERED
        token = self.map.settle(receipt.provider_id, delivered=delivered)
        if token is not None:
            self.matched.append(Matched(token, receipt))
            return
        token = self.map.settled_before(receipt.provider_id)
        if token is not None:
            # Only a late success changes what is final; a copy of the same is answered and forgotten.
            if delivered and token != SETTLED_DELIVERED:
                self.matched.append(Matched(token, receipt))
            else:
                self.answerable.append((receipt.sequence, receipt.epoch))
            return
        self.early.append(before or Early(self._clock.monotonic(), receipt))


def _read_delivered(tlvs: Tlvs) -> CommonReceipt | None:
    """The common case of receipts with TLVs, which win over the text: delivered, nothing more to know."""
    provider_id = state = None
    for tag, value in tlvs:
        if tag == _TAG_ID:
            provider_id = value
        elif tag == _TAG_STATE:
            state = value
    if provider_id is None or state != b"\x02":
        return None
    return provider_id.rstrip(b"\0").decode("latin-1"), ReceiptState.DELIVERED, "", ""


def _joined(before: ReceiptRow, bit: int, receipt: FinalReceipt) -> ReceiptRow:
    """Another receipt for the same message: a part once delivered stays delivered."""
    delivered = before.done & ~before.failed
    if receipt.state == _DELIVERED:
        failed = before.failed & ~bit
        state, reason = (before.state, before.reason) if failed else (_DELIVERED, None)
    else:
        failed = before.failed | (bit & ~delivered)
        state, reason = (receipt.state, receipt.error) if failed else (before.state, before.reason)
    return ReceiptRow(before.id, before.pdus, before.done | bit, failed, state, reason)
